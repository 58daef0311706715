import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { consoleBed } from './bed.js';
import { SipPeer, type SipText } from './sip-peer.js';

let peer: SipPeer;
beforeAll(async () => {
  peer = await SipPeer.listen();
});
afterAll(() => peer.close());

const bed = consoleBed({
  flags: [
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--allow-loopback-in-peer-connection',
  ],
  prepare,
});

async function prepare(): Promise<void> {
  const file = {
    agents: [
      { id: 'web1', dn: '29610' },
      { id: 'desk1', dn: '29611' },
    ],
    switch: {
      driver: 'simulator',
      phones: { '29610': { secret: 'pw29610', webrtc: true }, '29611': { secret: 'x' } },
      softphone: { url: peer.url, domain: 'pbx.example.com' },
    },
  };
  const applied = await bed.server.post('/api/v1/apply', file);
  expect(applied.status, applied.text).toBe(200);
}

/** The other end of a call: a page that speaks WebRTC as the customer's side of the telephone server would. */
async function customer(): Promise<Page> {
  const page = await bed.browser.visit('/healthz');
  await page.evaluate(`(async () => {
    globalThis.connection = new RTCPeerConnection();
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) globalThis.connection.addTrack(track, stream);
  })()`);
  return page;
}

/** A script of the customer's page, with its connection as `connection`. */
function onConnection<T>(page: Page, script: string): Promise<T> {
  return page.evaluate(`(async () => { const { connection } = globalThis; ${script} })()`) as Promise<T>; // what it returns
}

const GATHERED = `
  await new Promise((resolve) => {
    if (connection.iceGatheringState === 'complete') return resolve();
    connection.addEventListener('icegatheringstatechange', () => connection.iceGatheringState === 'complete' && resolve());
  });
  return connection.localDescription.sdp;`;

const offerOf = (page: Page) =>
  onConnection<string>(page, `await connection.setLocalDescription(await connection.createOffer()); ${GATHERED}`);

const takeAnswer = (page: Page, { body }: SipText) =>
  onConnection<void>(page, `await connection.setRemoteDescription({ type: 'answer', sdp: ${JSON.stringify(body)} });`);

const answerTo = (page: Page, { body }: SipText) =>
  onConnection<string>(
    page,
    `await connection.setRemoteDescription({ type: 'offer', sdp: ${JSON.stringify(body)} });
     await connection.setLocalDescription(await connection.createAnswer()); ${GATHERED}`,
  );

/** Resolves when this many further packets of sound have arrived at the customer. */
const hears = (page: Page) =>
  onConnection<void>(
    page,
    `const packets = async () => {
       let received = 0;
       for (const one of (await connection.getStats()).values()) {
         if (one.type === 'inbound-rtp') received += one.packetsReceived;
       }
       return received;
     };
     const before = await packets();
     while ((await packets()) < before + 10) await new Promise((resolve) => setTimeout(resolve, 50));`,
  );

const telephone = (page: Page) => page.getByRole('region', { name: 'Telephone' });

async function desktopOf(agent: string): Promise<Page> {
  const page = await bed.visit(`/agent?agent=${agent}`);
  await page.getByRole('heading', { name: `Desktop of ${agent}` }).waitFor();
  return page;
}

describe('the telephone in the browser', { timeout: 240_000 }, () => {
  it('registers with its credentials, takes a call, is heard, mutes, holds, sends keys, and hangs up', async () => {
    const registered = peer.register();
    const page = await desktopOf('web1');
    const registration = await registered;
    expect(registration.start).toBe('REGISTER sip:pbx.example.com SIP/2.0');
    expect(registration.headers.get('authorization')).toContain('Digest algorithm=MD5, username="29610", realm="pbx"');
    await telephone(page).getByText('No call. Ready for calls.').waitFor();

    const other = await customer();
    peer.invite(await offerOf(other), 'call-1');
    await telephone(page).getByText('It rings').waitFor();
    await bed.picture(page, 'console-agent-softphone');
    await telephone(page).getByRole('button', { name: 'Take the call' }).click();
    const accepted = await peer.next('SIP/2.0 200', 'INVITE');
    await takeAnswer(other, accepted);
    peer.confirm(accepted);
    await telephone(page).getByText('In a call').waitFor();
    await hears(other);

    await telephone(page).getByRole('button', { name: 'Mute' }).click();
    await telephone(page).getByRole('button', { name: 'Unmute' }).click();
    await telephone(page).getByRole('button', { name: 'Mute' }).waitFor();

    await telephone(page).getByText('Keys').click();
    await telephone(page).getByRole('button', { name: 'Key 5' }).click();
    expect(await telephone(page).getByRole('alert').count()).toBe(0);

    await telephone(page).getByRole('button', { name: 'Hold', exact: true }).click();
    const held = await peer.next('INVITE');
    expect(held.body).toContain('a=sendonly');
    peer.answer(held, '200 OK', [], await answerTo(other, held));
    await telephone(page).getByText('The call is on hold').waitFor();
    await telephone(page).getByRole('button', { name: 'Resume' }).click();
    const resumed = await peer.next('INVITE');
    expect(resumed.body).toContain('a=sendrecv');
    peer.answer(resumed, '200 OK', [], await answerTo(other, resumed));
    await telephone(page).getByText('In a call').waitFor();

    await telephone(page).getByRole('button', { name: 'Put down' }).click();
    peer.answer(await peer.next('BYE'), '200 OK');
    await telephone(page).getByText('No call. Ready for calls.').waitFor();
    await other.close();

    peer.drop();
    await telephone(page).getByText('No connection to the telephone server').waitFor();
    await peer.register();
    await telephone(page).getByText('No call. Ready for calls.').waitFor();
    await page.close();
  });

  it('takes calls by itself that the server places to its agent, and hears the other side hang up', async () => {
    const registered = peer.register();
    const page = await desktopOf('web1');
    await registered;
    await telephone(page).getByText('No call. Ready for calls.').waitFor();
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Ready', exact: true }).click();
    // The simulated network rings the agent for ever, as the telephone server would while the browser decides.
    const numbers = { '29610': { ringSeconds: 3600 }, '5558881': { talkSeconds: null } };
    const settings = { agents: { web1: { auto: false } }, numbers };
    expect((await bed.server.put('/api/v1/simulator', settings)).status).toBe(200);
    // Before it rings, which it does for some seconds only.
    const other = await customer();
    const offer = await offerOf(other);
    const service = { _type: 'ors', _service: 'callback', _call_direction: 'USERTERMINATED', _target: 'web1@A' };
    expect([200, 201]).toContain((await bed.server.put('/api/v1/services/ToBrowser', service)).status);
    const started = await bed.server.post('/genesys/1/service/callback/ToBrowser', { _customer_number: '5558881' });
    expect(started.status, started.text).toBe(200);
    await page.getByRole('region', { name: 'Call', exact: true }).getByText(/phone/).waitFor();
    peer.invite(offer, 'call-2');
    const accepted = await peer.next('SIP/2.0 200', 'INVITE');
    await takeAnswer(other, accepted);
    peer.confirm(accepted);
    await telephone(page).getByText('In a call').waitFor();
    peer.bye(accepted);
    await telephone(page).getByText('No call. Ready for calls.').waitFor();
    await other.close();
    await page.close();
  });

  it('is not there for agents with another telephone', async () => {
    const page = await desktopOf('desk1');
    await page.getByRole('button', { name: 'Log in' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(await telephone(page).count()).toBe(0);
    await page.close();
  });

  it('complains of nothing', () => {
    expect(bed.browser.complaints).toEqual([]);
  });
});
