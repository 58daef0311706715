import type { Locator, Page } from 'playwright-core';
import type { Browser } from '../console/browser.js';
import { waitFor } from './waiting.js';

/** A microphone that beeps, and connections that stay on loopback. */
export const SOFTPHONE_FLAGS = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--allow-loopback-in-peer-connection',
  '--autoplay-policy=no-user-gesture-required',
];

/** Half a second of sound. */
const PACKETS = 25;

/** Keeps the connections that the page makes, so that their statistics can be asked for. */
const KEEP_CONNECTIONS = `{
  const Original = globalThis.RTCPeerConnection;
  globalThis.connections = [];
  globalThis.RTCPeerConnection = class extends Original {
    constructor(...parameters) {
      super(...parameters);
      globalThis.connections.push(this);
    }
  };
}`;

const STATISTICS = `(async () => {
  const sum = { received: 0, sent: 0, loudness: 0 };
  const statistics = await globalThis.connections.at(-1)?.getStats();
  for (const one of statistics?.values() ?? []) {
    if (one.type === 'inbound-rtp') {
      sum.received += one.packetsReceived;
      sum.loudness += one.totalAudioEnergy;
    }
    if (one.type === 'outbound-rtp') sum.sent += one.packetsSent;
  }
  return sum;
})()`;

/** Of the last call: packets each way, and the energy of what was heard. */
interface Statistics {
  received: number;
  sent: number;
  loudness: number;
}

/** The page of an agent whose telephone is the browser. */
export class SoftphonePage {
  private constructor(readonly page: Page) {}

  /** Opens the page; the telephone registers by itself. */
  static async open(browser: Browser, agent: string): Promise<SoftphonePage> {
    const page = await browser.visit('/healthz');
    await page.addInitScript(KEEP_CONNECTIONS);
    await page.goto(new URL(`/console/agent?agent=${agent}`, page.url()).href);
    const opened = new SoftphonePage(page);
    await opened.shows('No call. Ready for calls.');
    return opened;
  }

  get telephone(): Locator {
    return this.page.getByRole('region', { name: 'Telephone' });
  }

  shows = (text: string) => this.telephone.getByText(text).waitFor();

  /** Presses a button of the telephone. */
  press = (button: string) => this.telephone.getByRole('button', { name: button, exact: true }).click();

  /** Presses a button of the agent's desktop. */
  pressOnDesktop = (button: string) => this.page.getByRole('button', { name: button, exact: true }).click();

  /** Waits until more sound than before, which is no silence, has arrived, and more has been sent. */
  async talks(): Promise<void> {
    const before = await this.#statistics();
    await waitFor('sound both ways in the browser', async () => {
      const { received, sent, loudness } = await this.#statistics();
      return received >= before.received + PACKETS && sent >= before.sent + PACKETS && loudness > before.loudness;
    });
  }

  #statistics(): Promise<Statistics> {
    return this.page.evaluate(STATISTICS) as Promise<Statistics>; // what the script returns
  }
}
