import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NotifyBed, StandIn } from './testing.js';

let bed: NotifyBed;
let target: StandIn;

beforeAll(async () => {
  bed = await NotifyBed.create();
  target = await StandIn.start();
});

beforeEach(async () => {
  await bed.database.query('truncate notification, notification_subscription, comet_message, comet_session');
  bed.clear();
  target.clear();
});

const toTarget = () => ({ type: 'httpcb', deviceId: target.url, properties: {} });
const subscriber = () => ({ subscriberId: 'u1', filter: 't', ...toTarget() });

describe('a notification', () => {
  it('is tried three times, after pauses of one and of four seconds', async () => {
    target.answers = [500];
    const [id] = await bed.publish({ tag: 't', message: 'hi', to: toTarget(), reference: 'callback 7' });
    expect(target.received).toHaveLength(1);
    await bed.clock.advance(999);
    expect(target.received).toHaveLength(1);
    await bed.clock.advance(1);
    expect(target.received).toHaveLength(2);
    await bed.clock.advance(3999);
    expect(target.received).toHaveLength(2);
    await bed.clock.advance(3_600_000);
    expect(target.received).toHaveLength(3);
    expect(bed.outcomes).toMatchObject([{ id, reference: 'callback 7', delivered: false }]);
    expect(bed.outcomes[0]?.problem).toContain('500');
    // Every attempt carries the id by which a receiver can tell a repetition.
    expect(new Set(target.received.map(({ headers }) => headers['x-notification-id']))).toEqual(new Set([id]));
  });

  it('is delivered once when a later attempt succeeds', async () => {
    target.answers = [503, 200];
    await bed.publish({ tag: 't', message: 'hi', to: toTarget() });
    await bed.clock.advance(3_600_000);
    expect(target.bodies).toEqual(['hi', 'hi']);
    expect(bed.outcomes).toMatchObject([{ delivered: true }]);
  });

  it('is tried as often as its publisher says', async () => {
    target.answers = [404];
    await bed.publish({ tag: 't', message: 'hi', to: toTarget(), mostAttempts: 5 });
    await bed.clock.advance(3_600_000);
    expect(target.received).toHaveLength(5);
  });

  it('waits as long as the receiver asks', async () => {
    target.answers = [{ status: 503, headers: { 'retry-after': '60' } }, 200];
    await bed.publish({ tag: 't', message: 'hi', to: toTarget() });
    await bed.clock.advance(59_000);
    expect(target.received).toHaveLength(1);
    await bed.clock.advance(1_000);
    expect(target.received).toHaveLength(2);
  });

  it('with an id is published once, however often it is asked for', async () => {
    const publication = { tag: 't', message: 'hi', to: toTarget(), id: 'n-1' };
    expect(await bed.publish(publication)).toEqual(['n-1']);
    expect(await bed.publish(publication)).toEqual([]);
    expect(target.bodies).toEqual(['hi']);
  });

  it('is not sent when its transaction is rolled back', async () => {
    const failing = bed.database.transaction(async (tx) => {
      await bed.notifications.publish(tx, { tag: 't', message: 'hi', to: toTarget() });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await bed.clock.advance(120_000);
    expect(target.received).toEqual([]);
  });

  it('that a dead process was sending is sent again when its lease ends', async () => {
    await bed.publish({ tag: 't', message: 'hi', to: toTarget() });
    // As the row stands after a process died between the claim and the outcome.
    await bed.database.query(`update notification set state = 'waiting', finished_at = null, due_at = $1`, [
      new Date(bed.clock.now() + 120_000).toISOString(),
    ]);
    await bed.clock.advance(119_000);
    expect(target.received).toHaveLength(1);
    await bed.clock.advance(62_000);
    expect(target.bodies).toEqual(['hi', 'hi']);
  });

  it('to one subscription leaves the others alone, and an expired one too', async () => {
    const one = await bed.notifications.subscribe(bed.database, subscriber());
    await bed.notifications.subscribe(bed.database, subscriber());
    await bed.publish({ tag: 't', message: 'hi', subscription: one });
    expect(target.bodies).toEqual(['hi']);
    await bed.clock.advance(31_000);
    expect(await bed.publish({ tag: 't', message: 'hi', subscription: one })).toEqual([]);
  });

  it('to an address that may not be reached fails at once', async () => {
    await bed.publish({ tag: 't', message: 'hi', to: { ...toTarget(), deviceId: 'http://10.0.0.1/' } });
    expect(bed.outcomes).toMatchObject([{ delivered: false }]);
  });

  it.each([
    ['running', true],
    ['gone', false],
  ])('reaches a session that is %s: %s', async (session, delivered) => {
    bed.sessions.set('running', []);
    const to = { type: 'orscb', deviceId: session, properties: {} };
    const [id] = await bed.publish({ tag: 'agent.ready', message: { a: 1 }, to });
    expect(bed.outcomes).toMatchObject([{ id, delivered }]);
    expect(bed.sessions.get('running')).toEqual(
      delivered ? [{ name: 'agent.ready', data: { message: { a: 1 }, id } }] : [],
    );
  });

  it('is refused for a channel that is switched off', async () => {
    bed.set('push', { pushEnabled: 'comet' });
    await expect(bed.publish({ tag: 't', message: 'hi', to: toTarget() })).rejects.toMatchObject({
      code: 'channel-disabled',
    });
  });

  it('and its subscription are forgotten in time', async () => {
    await bed.notifications.subscribe(bed.database, subscriber());
    await bed.publish({ tag: 't', message: 'hi' });
    await bed.database.query(`update notification set finished_at = finished_at - interval '8 days'`);
    await bed.clock.advance(31_000);
    await bed.notifications.purge(bed.database);
    const [left] = await bed.database.query(
      'select (select count(*) from notification) as sent, (select count(*) from notification_subscription) as wanted',
    );
    expect(left).toEqual({ sent: 0, wanted: 0 });
  });
});
