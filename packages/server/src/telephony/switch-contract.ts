import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newId } from '../kernel/index.js';
import type { Cause, Switch, SwitchEvent } from './switch.js';

/** How the party behind a number behaves on the stage. */
export type Behaviour =
  | 'answers' // and stays until it is hung up
  | 'hangs-up' // answers, and hangs up soon
  | 'rings' // for ever
  | 'busy'
  | 'no-answer' // as the network reports it, before any timer of ours
  | 'invalid'
  | 'rejects'
  | 'congestion'
  | 'machine'
  | 'fax'
  | 'keys-in-42' // answers, and keys in 4 and 2 when digits are collected
  | 'phone'; // a phone of the installation, which rings until somebody answers it

/** A driver and a network with parties: what a driver's test provides. */
export interface SwitchStage {
  /** Started; after `restart` another object on the same network. */
  driver: Switch;
  /** The number of a party that behaves so; undefined where this network has none. */
  number(behaviour: Behaviour): string | undefined;
  /** Lets time pass in the network until the condition holds; rejects when it does not within a minute of its time. */
  until(condition: () => boolean): Promise<void>;
  /** Lets a party call `to`. Absent: this network has no inbound calls. */
  callIn?(to: string): Promise<void>;
  /** The process dies, the network stays, the driver starts again. Absent: not with this network. */
  restart?(): Promise<void>;
  close(): Promise<void>;
}

/** Every driver of the switch port passes these cases. */
export function describeSwitch(name: string, open: () => Promise<SwitchStage>): void {
  describe(`the switch port over ${name}`, () => {
    let stage: SwitchStage;
    let events: SwitchEvent[];

    beforeEach(async () => {
      stage = await open();
      listen();
    });
    afterEach(() => stage.close());

    function listen(): void {
      events = [];
      stage.driver.subscribe((event) => events.push(event));
    }

    const of = (legId: string) => events.filter((event) => event.type !== 'device' && event.legId === legId);
    const states = (legId: string) => of(legId).flatMap((event) => (event.type === 'leg' ? [event.state] : []));
    const causes = (legId: string) =>
      of(legId).flatMap((event) => (event.type === 'leg' && event.state === 'ended' ? [event.cause] : []));
    const reaches = (legId: string, state: string) => stage.until(() => states(legId).some((seen) => seen === state));

    async function dial(to: string, options: { timeoutMs?: number; callProgress?: boolean } = {}): Promise<string> {
      const legId = newId();
      const { timeoutMs = 20_000, callProgress = false } = options;
      await stage.driver.dial({ legId, to, from: '8999', timeoutMs, callProgress });
      return legId;
    }

    async function reach(behaviour: Behaviour): Promise<string> {
      const legId = await dial(party(stage, behaviour));
      await reaches(legId, 'answered');
      return legId;
    }

    it('rings a party, which answers, and hangs up', async () => {
      const leg = await reach('answers');
      expect(states(leg)).toEqual(['dialing', 'ringing', 'answered']);

      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['normal']);
      const times = of(leg).map(({ at }) => at);
      expect(times).toEqual([...times].sort((one, other) => one - other));
    });

    it('hears that the party hangs up', async () => {
      const leg = await reach('hangs-up');
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['normal']);
    });

    it('joins two legs; when one ends the other stays up', async () => {
      const one = await reach('answers');
      const other = await reach('answers');
      const bridge = newId();
      await stage.driver.join(bridge, [one, other]);
      const joined = () => events.flatMap((event) => (event.type === 'joined' ? [event] : []));
      await stage.until(() => joined().length >= 2);
      expect(new Set(joined().map(({ legId }) => legId))).toEqual(new Set([one, other]));
      expect(joined().every(({ bridgeId }) => bridgeId === bridge)).toBe(true);

      await stage.driver.join(bridge, [one, other]);
      await stage.driver.hangup(one);
      await reaches(one, 'ended');
      expect(causes(other)).toEqual([]);
      await stage.driver.unjoin(other);
      await stage.driver.hangup(other);
      await reaches(other, 'ended');
    });

    it('joins no leg that is not answered', async () => {
      const up = await reach('answers');
      const ringing = await dial(party(stage, 'rings'));
      await expect(stage.driver.join(newId(), [up, ringing])).rejects.toMatchObject({ code: 'leg-not-answered' });
      await expect(stage.driver.join(newId(), [up, newId()])).rejects.toMatchObject({ code: 'leg-not-answered' });
    });

    it.for<[Behaviour, Cause]>([
      ['busy', 'busy'],
      ['no-answer', 'no-answer'],
      ['invalid', 'invalid-number'],
      ['rejects', 'rejected'],
      ['congestion', 'congestion'],
    ])('reports that a party is not reached: %s', async ([behaviour, cause], { skip }) => {
      const number = stage.number(behaviour);
      if (number === undefined) return skip(`${name} has no such party`);
      const leg = await dial(number);
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual([cause]);
      expect(states(leg)).not.toContain('answered');
    });

    it('gives up after the time that the dialer sets', async () => {
      const leg = await dial(party(stage, 'rings'), { timeoutMs: 2000 });
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['no-answer']);
    });

    it('takes back a call that rings', async () => {
      const leg = await dial(party(stage, 'rings'));
      await reaches(leg, 'ringing');
      await stage.driver.hangup(leg, 'normal');
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['cancelled']);
    });

    it('ignores the hang-up of legs that are unknown or have ended', async () => {
      const leg = await reach('answers');
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      await stage.driver.hangup(leg);
      await stage.driver.hangup(newId());
      expect(causes(leg)).toHaveLength(1);
    });

    it('dials the same leg once', async () => {
      const to = party(stage, 'answers');
      const request = { legId: newId(), to, from: '8999', timeoutMs: 20_000, callProgress: false };
      await Promise.all([stage.driver.dial(request), stage.driver.dial(request)]);
      await reaches(request.legId, 'answered');
      await stage.driver.dial(request);
      await stage.driver.hangup(request.legId);
      await reaches(request.legId, 'ended');
      await stage.driver.dial(request);
      const other = await reach('answers');
      await stage.driver.hangup(other);
      await reaches(other, 'ended');
      expect(states(request.legId)).toEqual(['dialing', 'ringing', 'answered', 'ended']);
    });

    it('tells what it knows of legs, in the order asked', async () => {
      const up = await reach('answers');
      const ringing = await dial(party(stage, 'rings'));
      await reaches(ringing, 'ringing');
      const over = await dial(party(stage, 'busy'));
      await reaches(over, 'ended');
      const unknown = newId();

      const reports = await stage.driver.reconcile([unknown, up, ringing, over]);
      expect(reports.map(({ legId }) => legId)).toEqual([unknown, up, ringing, over]);
      expect(reports[0]?.known).toBe(false);
      expect(reports[1]).toMatchObject({ known: true, state: 'answered' });
      expect(reports[2]).toMatchObject({ known: true, state: 'ringing' });
      if (reports[3]?.known) expect(reports[3]).toMatchObject({ state: 'ended', cause: 'busy' });
      expect(await stage.driver.reconcile([])).toEqual([]);
    });

    it.for<[Behaviour, string]>([
      ['answers', 'person'],
      ['machine', 'answering-machine'],
      ['fax', 'fax'],
    ])('detects who answers when asked to: %s', async ([behaviour, result], { skip }) => {
      const number = stage.number(behaviour);
      if (!stage.driver.capabilities.callProgress || number === undefined) return skip(`${name} cannot`);
      const leg = await dial(number, { callProgress: true });
      await stage.until(() => of(leg).some(({ type }) => type === 'call-progress'));
      expect(of(leg).find(({ type }) => type === 'call-progress')).toMatchObject({ result });
    });

    it('plays a prompt to its end, once', async ({ skip }) => {
      if (!stage.driver.capabilities.prompts) return skip(`${name} cannot`);
      const leg = await reach('answers');
      await stage.driver.play(leg, 'prompt', { kind: 'tone', tone: 'music', durationMs: 500 });
      const played = () => of(leg).filter(({ type }) => type === 'played');
      await stage.until(() => played().length > 0);
      expect(played()[0]).toMatchObject({ playId: 'prompt' });

      await stage.driver.play(leg, 'endless', { kind: 'tone', tone: 'music' });
      await stage.driver.stopTreatment('endless');
      await stage.driver.play(leg, 'prompt', { kind: 'tone', tone: 'music', durationMs: 500 });
      await stage.until(() => played().length > 1);
      expect(played()[1]).toMatchObject({ playId: 'prompt' });
    });

    it('collects digits', async ({ skip }) => {
      const number = stage.number('keys-in-42');
      if (!stage.driver.capabilities.dtmf || number === undefined) return skip(`${name} cannot`);
      const leg = await dial(number);
      await reaches(leg, 'answered');
      const request = { maxDigits: 2, terminators: '#', firstDigitTimeoutMs: 20_000, totalTimeoutMs: 30_000 };
      await stage.driver.collect(leg, 'menu', request);
      const collected = () => of(leg).find(({ type }) => type === 'collected');
      await stage.until(() => collected() !== undefined);
      expect(collected()).toMatchObject({ collectId: 'menu', digits: '42', reason: 'complete' });
    });

    it('collects digits after a prompt, or while it plays', async ({ skip }) => {
      const number = stage.number('keys-in-42');
      const { dtmf, prompts } = stage.driver.capabilities;
      if (!dtmf || !prompts || number === undefined) return skip(`${name} cannot`);
      const leg = await dial(number);
      await reaches(leg, 'answered');
      const media = { kind: 'tone', tone: 'music', durationMs: 3000 } as const;
      const times = { firstDigitTimeoutMs: 20_000, totalTimeoutMs: 30_000, maxDigits: 2, terminators: '#' };
      const collected = (id: string) =>
        of(leg).find((event) => event.type === 'collected' && event.collectId === id) ?? null;
      for (const interruptible of [true, false]) {
        const id = `menu-${interruptible}`;
        await stage.driver.collect(leg, id, { ...times, prompt: { media, interruptible } });
        await stage.until(() => collected(id) !== null);
        expect(collected(id)).toMatchObject({ digits: '42', reason: 'complete' });
      }
    });

    it('stops collecting, and says nothing of it', async ({ skip }) => {
      if (!stage.driver.capabilities.dtmf) return skip(`${name} cannot`);
      const leg = await reach('answers');
      const request = { maxDigits: 2, terminators: '#', firstDigitTimeoutMs: 1000, totalTimeoutMs: 1000 };
      await stage.driver.collect(leg, 'menu', request);
      await stage.driver.stopTreatment('menu');
      await stage.driver.collect(leg, 'menu', request);
      await stage.driver.collect(leg, 'other', request);
      const ids = () => of(leg).flatMap((event) => (event.type === 'collected' ? [event.collectId] : []));
      await stage.until(() => ids().length > 0);
      expect(ids()).toEqual(['other']);
    });

    it('records a party, once, and forgets the recording', async ({ skip }) => {
      if (!stage.driver.capabilities.record) return skip(`${name} cannot`);
      const leg = await reach('answers');
      const request = { beep: true, maxMs: 2000, terminators: '#' };
      const recorded = () => of(leg).filter(({ type }) => type === 'recorded');
      await stage.driver.record(leg, 'voice', request);
      await stage.until(() => recorded().length > 0);
      expect(recorded()[0]).toMatchObject({ recordId: 'voice', url: expect.any(String) });
      await stage.driver.record(leg, 'voice', request);
      await stage.until(() => recorded().length > 1);
      expect(recorded()[1]).toMatchObject({ recordId: 'voice', url: expect.any(String) });

      await stage.driver.record(leg, 'cut', request);
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      expect(recorded().at(-1)).toMatchObject({ recordId: 'cut', reason: 'ended' });
      await stage.driver.deleteRecording('voice');
      await stage.driver.deleteRecording('voice');
    });

    it('runs a voice application, and stops another', async ({ skip }) => {
      if (!stage.driver.capabilities.applications) return skip(`${name} cannot`);
      const leg = await reach('answers');
      const over = () => of(leg).flatMap((event) => (event.type === 'application' ? [event] : []));
      await stage.driver.runApplication(leg, 'stopped', { url: 'http://ivr.example.org/a.vxml', parameters: {} });
      await stage.driver.stopTreatment('stopped');
      await stage.driver.runApplication(leg, 'run', { url: 'http://ivr.example.org/a.vxml', parameters: { a: 1 } });
      await stage.until(() => over().length > 0);
      expect(over().map(({ runId }) => runId)).toEqual(['run']);
      expect(over()[0]?.outcome.result).toBeTypeOf('object');
    });

    it('lets a leg wait, hear digits, and go on', async ({ skip }) => {
      if (!stage.driver.capabilities.hold) return skip(`${name} cannot`);
      const leg = await reach('answers');
      await stage.driver.hold(leg, true);
      await stage.driver.hold(leg, false);
      if (stage.driver.capabilities.dtmf) {
        await stage.driver.sendDigits(leg, 'once', '12#');
        await stage.driver.sendDigits(leg, 'once', '12#');
      }
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      await expect(stage.driver.hold(leg, true)).rejects.toMatchObject({ code: 'leg-not-answered' });
    });

    it('answers on behalf of a phone that rings', async ({ skip }) => {
      const number = stage.number('phone');
      if (!stage.driver.capabilities.deviceControl || number === undefined) return skip(`${name} cannot`);
      const leg = await dial(number);
      await reaches(leg, 'ringing');
      await stage.driver.answer(leg);
      await reaches(leg, 'answered');
      await stage.driver.answer(leg);
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['normal']);
    });

    it('announces an inbound call, which is answered', async ({ skip }) => {
      if (!stage.callIn) return skip(`${name} has no inbound calls`);
      await stage.callIn('8999');
      const leg = await inbound('8999');
      await stage.driver.answer(leg);
      await reaches(leg, 'answered');
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['normal']);
    });

    it('announces an inbound call, which is refused', async ({ skip }) => {
      if (!stage.callIn) return skip(`${name} has no inbound calls`);
      await stage.callIn('8999');
      const leg = await inbound('8999');
      await stage.driver.hangup(leg);
      await reaches(leg, 'ended');
      expect(causes(leg)).toEqual(['rejected']);
    });

    it('finds its legs again after a restart', async ({ skip }) => {
      if (!stage.restart) return skip(`${name} cannot be restarted here`);
      const one = await reach('answers');
      const other = await reach('answers');
      const bridge = newId();
      await stage.driver.join(bridge, [one, other]);
      await stage.restart();
      listen();

      const reports = await stage.driver.reconcile([one, other]);
      expect(reports.map(({ state, bridgeId }) => [state, bridgeId])).toEqual([
        ['answered', bridge],
        ['answered', bridge],
      ]);
      await stage.driver.hangup(one);
      await reaches(one, 'ended');
      expect(causes(other)).toEqual([]);
      await stage.driver.hangup(other);
      await reaches(other, 'ended');
    });

    it('sends nothing to who has unsubscribed', async () => {
      let heard = 0;
      const unsubscribe = stage.driver.subscribe(() => {
        heard += 1;
      });
      unsubscribe();
      await reach('answers');
      expect(heard).toBe(0);
    });

    async function inbound(to: string): Promise<string> {
      const announced = () => events.find((event) => event.type === 'inbound' && event.to === to);
      await stage.until(() => announced() !== undefined);
      const event = announced();
      if (event?.type !== 'inbound') throw new Error('No inbound call was announced.');
      return event.legId;
    }
  });
}

/** The number of a party that every stage has. */
function party(stage: SwitchStage, behaviour: Behaviour): string {
  const number = stage.number(behaviour);
  if (number === undefined) throw new Error(`The stage has no party that ${behaviour}.`);
  return number;
}
