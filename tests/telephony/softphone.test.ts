import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ensureChromium } from '../../scripts/chromium.mjs';
import { Browser } from '../console/browser.js';
import { eventually, ServerProcess } from '../server/server-process.js';
import { type AsteriskPorts, AsteriskServer } from './asterisk.js';
import { passwordOf } from './asterisk-profile.js';
import { Phone } from './baresip.js';
import { type CallbackView, SERVICE } from './callback.js';
import { asteriskRoot, describeWithTelephones } from './real-telephones.js';
import { SOFTPHONE_FLAGS, SoftphonePage } from './softphone-page.js';
import { PATIENCE_MS, waitFor } from './waiting.js';

/** The agent's telephone, which is the browser, and the customer's. */
const BROWSER = '2001';
const CUSTOMER = '2002';
const RINGBACK = fileURLToPath(new URL('../../packages/server/dist/cli/ringback.js', import.meta.url));
/** A browser starts slowly on a busy machine, and may have to be installed before. */
const SET_UP_LIMIT_MS = 300_000;
/** Half a second of sound at 8 kHz. */
const HEARD = 4000;

/** What Ringback is told, and what Asterisk's own configuration is written from. */
const configuration = ({ http }: AsteriskPorts) => `
switch:
  driver: asterisk
  servers: { pbx: { url: "http://127.0.0.1:${http}", username: ringback, secret: ari-secret } }
  phones:
    "${BROWSER}": { secret: browser-secret, webrtc: true }
    "${CUSTOMER}": { secret: ${passwordOf(CUSTOMER)} }
  softphone: { url: "ws://127.0.0.1:${http}/ws" }
options: { routing: { wrap-up-time: "1" } }
agents: [{ id: ada, dn: "${BROWSER}", groups: [Support] }]
agentGroups: [{ name: Support, dbid: 201 }]
virtualQueues: [{ name: SupportVQ }]
${SERVICE}`;

const WRITTEN = ['http.conf', 'ari.conf', 'pjsip.conf', 'extensions.conf'];

/** What the house adds to Asterisk's own files before it includes those that were written. */
const HOUSE: Readonly<Record<string, (ports: AsteriskPorts) => string>> = {
  'pjsip.conf': ({ sip }) => `[transport-udp]
type = transport
protocol = udp
bind = 127.0.0.1:${sip}
[transport-ws]
type = transport
protocol = ws
bind = 127.0.0.1
`,
};

const rtpConf = ({ firstRtp, lastRtp }: AsteriskPorts) => `[general]
rtpstart = ${firstRtp}
rtpend = ${lastRtp}
`;

/** The files that an administrator has: transports of the house, and what `ringback asterisk-config` has written. */
function asteriskFiles(ports: AsteriskPorts): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'ringback-asterisk-config-'));
  try {
    const file = join(folder, 'ringback.yaml');
    writeFileSync(file, configuration(ports));
    execFileSync(process.execPath, [RINGBACK, 'asterisk-config', '--file', file, '--secrets', '--directory', folder]);
    const written = WRITTEN.map((name) => [`ringback/${name}`, readFileSync(join(folder, 'ringback', name), 'utf8')]);
    const including = WRITTEN.map((name) => [
      name,
      `${HOUSE[name]?.(ports) ?? '[general]\n'}#include ringback/${name}\n`,
    ]);
    return Object.fromEntries([...written, ...including, ['rtp.conf', rtpConf(ports)]]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describeWithTelephones('an agent who has nothing but a browser', () => {
  let missing: string | undefined;
  let asterisk: AsteriskServer;
  let server: ServerProcess;
  let browser: Browser;
  let customer: Phone;
  let agent: SoftphonePage;

  beforeAll(async () => {
    const chromium = await ensureChromium();
    if ('missing' in chromium) {
      missing = chromium.missing;
      return;
    }
    asterisk = await AsteriskServer.start({ root: asteriskRoot(), trunkPort: 0, files: asteriskFiles });
    server = await ServerProcess.create({ config: configuration(asterisk.ports) });
    const { url } = await server.start();
    customer = await Phone.start({ name: CUSTOMER, registrar: `127.0.0.1:${asterisk.ports.sip}`, listens: true });
    browser = await Browser.open(chromium.path, url, SOFTPHONE_FLAGS);
    agent = await SoftphonePage.open(browser, 'ada');
    for (const phone of [BROWSER, CUSTOMER]) await asterisk.hasPhone(phone);
    await agent.pressOnDesktop('Log in');
    await agent.pressOnDesktop('Ready');
  }, SET_UP_LIMIT_MS);
  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });
  afterAll(async () => {
    await browser?.close();
    await customer?.close();
    await server?.dispose();
    await asterisk?.close();
  });

  async function askForCallback(): Promise<() => Promise<CallbackView>> {
    const answer = await server.post('/genesys/1/service/callback/Support', { _customer_number: CUSTOMER });
    expect(answer.status, answer.text).toBe(200);
    const { _id } = answer.json as CallbackView; // the shape of the Callback API
    return async () => {
      const [found] = (await server.get(`/genesys/1/service/callback?_id=${_id}`)).json as CallbackView[];
      if (found === undefined) throw new Error(`There is no callback ${_id}.`);
      return found;
    };
  }

  const customerHearsMore = async () => {
    const before = customer.loudSamples;
    await waitFor('what the customer hears', () => customer.loudSamples > before + HEARD);
  };

  it('takes a call, talks and listens, holds, and hangs up', async () => {
    await agent.telephone.getByLabel('Take calls that Ringback places by itself').uncheck();
    const callback = await askForCallback();
    await agent.shows('It rings');
    await agent.press('Take the call');
    await agent.shows('In a call');
    await agent.talks();
    await customerHearsMore();

    await agent.press('Hold');
    await agent.shows('The call is on hold');
    await agent.press('Resume');
    await agent.shows('In a call');
    await agent.talks();
    await customerHearsMore();

    await agent.press('Put down');
    await agent.shows('No call. Ready for calls.');
    await customer.sees('CALL_CLOSED');
    const { _callback_reason } = await eventually(
      callback,
      ({ _callback_state }) => _callback_state === 'COMPLETED',
      PATIENCE_MS,
    );
    expect(_callback_reason).toBe('AGENT_CONNECTED');
  });

  it('is in the next call without a hand, until the customer hangs up', async () => {
    await agent.telephone.getByLabel('Take calls that Ringback places by itself').check();
    await askForCallback();
    await agent.shows('In a call');
    await agent.talks();
    await customerHearsMore();
    await customer.hangUp();
    await agent.shows('No call. Ready for calls.');
    await waitFor('the end of all calls', async () => (await asterisk.channels()).length === 0);
  });

  it('sees no complaint of the browser', () => {
    expect(browser.complaints).toEqual([]);
  });
});
