import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../../packages/server/src/kernel/index.js';
import type { Cause, Switch } from '../../packages/server/src/telephony/switch.js';
import { describeSwitch } from '../../packages/server/src/telephony/switch-contract.js';
import { ABSENT, AGENTS, AsteriskNetwork, CALLER, Heard } from './asterisk-stage.js';
import { describeWithTelephones } from './real-telephones.js';
import { SippCustomers } from './sipp.js';
import type { Party } from './sipp-scenario.js';
import { waitFor } from './waiting.js';

/** Packets that cannot be left over from the moment before: half a second of sound. */
const SOUND = 25;
const [AGENT, OTHER_AGENT] = AGENTS;

describeWithTelephones('the driver asterisk', () => {
  let network: AsteriskNetwork;

  beforeAll(async () => {
    network = await AsteriskNetwork.open();
  });
  afterAll(() => network?.close());

  describeSwitch('Asterisk', () => network.stage());

  describe('with customers and agents', () => {
    let driver: Switch;
    let heard: Heard;

    beforeEach(async () => {
      driver = await network.driver();
      heard = new Heard(driver);
    });
    afterEach(async () => {
      await network.hangUpAll();
      await driver.close();
    });

    async function dial(to: string, options: { timeoutMs?: number; callProgress?: boolean } = {}): Promise<string> {
      const legId = newId();
      await driver.dial({ legId, to, from: '4989555', timeoutMs: 20_000, callProgress: false, ...options });
      return legId;
    }

    /** Customer and agent, who talk with each other. */
    async function conversation(): Promise<{ customer: string; agent: string }> {
      const agent = await dial(AGENT);
      await heard.reaches(agent, 'answered');
      const customer = await dial(SippCustomers.number('answers'));
      await heard.reaches(customer, 'answered');
      // As calls are joined: the bridge has the name of a leg.
      await driver.join(customer, [customer, agent]);
      await heard.first('joined', customer);
      return { customer, agent };
    }

    const channelOf = (legId: string) =>
      waitFor('the channel', async () =>
        (await network.asterisk.channels()).find((channel) => channel.endsWith(legId)),
      );

    /** More sound both ways than there was. */
    async function isHeardBothWays(legId: string): Promise<void> {
      const channel = await channelOf(legId);
      const before = await network.asterisk.packets(channel);
      await waitFor(`sound both ways on ${channel}`, async () => {
        const { received, sent } = await network.asterisk.packets(channel);
        return received >= before.received + SOUND && sent >= before.sent + SOUND;
      });
    }

    it('lets an agent and a customer hear each other', async () => {
      const { customer, agent } = await conversation();
      await isHeardBothWays(customer);
      await isHeardBothWays(agent);
    });

    it.for<[Party, Cause]>([
      ['busy', 'busy'],
      ['no-answer', 'no-answer'],
      ['invalid', 'invalid-number'],
      ['rejects', 'rejected'],
      ['congestion', 'congestion'],
    ])('reports why a customer is not reached: %s', async ([party, cause]) => {
      const leg = await dial(SippCustomers.number(party, '4989777'));
      expect(await heard.reaches(leg, 'ended')).toMatchObject({ cause });
    });

    it('takes the call back from a customer who does not answer in time', async () => {
      const number = SippCustomers.number('rings', '4989778');
      const leg = await dial(number, { timeoutMs: 1500 });
      expect(await heard.reaches(leg, 'ended')).toMatchObject({ cause: 'no-answer' });
      await waitFor('the CANCEL', () => network.customers.calls().some((call) => call.number === number && call.over));
    });

    it('reports a phone that is not registered', async () => {
      const leg = await dial(ABSENT);
      expect(await heard.reaches(leg, 'ended')).toMatchObject({ cause: 'device-offline' });
    });

    it.for<[Party, string]>([
      ['a person', 'person'],
      ['a brief person', 'person'],
      ['a machine of many words', 'answering-machine'],
      ['a machine of one long word', 'answering-machine'],
      ['nothing to hear', 'unknown'],
    ])('tells persons from machines: %s', async ([party, result]) => {
      const leg = await dial(SippCustomers.number(party), { callProgress: true });
      expect(await heard.first('call-progress', leg)).toMatchObject({ result });
    });

    it('hears that the agent hangs up; the customer stays', async () => {
      const { customer, agent } = await conversation();
      await network.phone(AGENT).hangUp();
      expect(await heard.reaches(agent, 'ended')).toMatchObject({ cause: 'normal' });
      const [report] = await driver.reconcile([customer]);
      expect(report).toMatchObject({ known: true, state: 'answered' });
    });

    it('hears that the customer hangs up; the agent stays', async () => {
      const agent = await dial(AGENT);
      await heard.reaches(agent, 'answered');
      const customer = await dial(SippCustomers.number('hangs-up'));
      await heard.reaches(customer, 'answered');
      await driver.join(newId(), [customer, agent]);
      expect(await heard.reaches(customer, 'ended')).toMatchObject({ cause: 'normal' });
      const [report] = await driver.reconcile([agent]);
      expect(report).toMatchObject({ known: true, state: 'answered' });
    });

    it('hands a customer from one agent to another', async () => {
      const { customer, agent } = await conversation();
      const other = await dial(OTHER_AGENT);
      await heard.reaches(other, 'answered');
      await driver.join(newId(), [customer, other]);
      await driver.hangup(agent);
      await heard.reaches(agent, 'ended');
      await isHeardBothWays(customer);
      await isHeardBothWays(other);
    });

    it('collects what a caller keys in, as telephone events', async () => {
      const caller = network.phone(CALLER);
      await caller.dial('8999');
      const { legId, to } = await heard.first('inbound');
      expect(to).toBe('8999');
      await driver.answer(legId);
      await heard.reaches(legId, 'answered');
      const request = { maxDigits: 4, terminators: '#', firstDigitTimeoutMs: 30_000, totalTimeoutMs: 30_000 };
      await driver.collect(legId, 'account', request);
      await caller.press('70#');
      expect(await heard.first('collected', legId)).toMatchObject({ digits: '70', reason: 'complete' });
    });

    it('records what a customer says', async () => {
      const leg = await dial(SippCustomers.number('a person'));
      await heard.reaches(leg, 'answered');
      const recordId = newId();
      await driver.record(leg, recordId, { beep: false, maxMs: 1500, terminators: '#' });
      const { reason, durationMs } = await heard.first('recorded', leg);
      expect(reason).toBe('timeout');
      expect(durationMs).toBeGreaterThan(500);
      await driver.play(leg, 'again', { kind: 'file', url: (await heard.first('recorded', leg)).url });
      await heard.first('played', leg);
      await driver.deleteRecording(recordId);
    });

    it('tells which phones are there', async () => {
      const states = (name: string) =>
        heard.events.flatMap((event) => (event.type === 'device' && event.device === name ? [event.state] : []));
      await dial(AGENT);
      await waitFor('the news that the phone is busy', () => states(AGENT).includes('busy'));
      await network.hangUpAll();
      await waitFor('the news that it is free', () => states(AGENT).at(-1) === 'idle');
    });

    it('says that its calls are lost when the server was killed, and dials again when it is back', async () => {
      const { customer, agent } = await conversation();
      await network.asterisk.restart();
      for (const name of AGENTS) await network.asterisk.hasPhone(name);
      for (const leg of [customer, agent]) expect(await heard.reaches(leg, 'ended')).toMatchObject({ cause: 'lost' });
      await network.phone(AGENT).hangUp();
      await waitFor('an agent who is reached again', async () => {
        const legId = newId();
        const request = { legId, to: AGENT, from: '4989555', timeoutMs: 20_000, callProgress: false };
        const isAsked = await driver.dial(request).then(
          () => true,
          () => false,
        );
        if (!isAsked) return false;
        const over = () => heard.of(legId).some((event) => event.type === 'leg' && event.state === 'ended');
        const up = () => heard.of(legId).some((event) => event.type === 'leg' && event.state === 'answered');
        return waitFor('the end of the dialing', () => (up() ? 'up' : over() && 'over')).then((how) => how === 'up');
      });
    });
  });
});
