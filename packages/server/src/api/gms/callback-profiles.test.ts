import { describe, expect, test } from 'vitest';
import { acceptanceBed, BASE, DAY, LATER, PRINTED, START } from './acceptance-bed.js';

/** The versions of the Callback API (gms-callback.md 0.2): option `compat`, and `_compat` of a service. */
const { bed, book, configure, configureNow, fill } = await acceptanceBed();
const NOW = '/1/service/callback/Now';
const speak = (compat: string) => bed.configuration.set('options', 'callback', { compat });
const startNow = () => bed.start('Now', { _customer_number: '5115' });

const DIALOGS: [compat: string, dialog: Record<string, string>][] = [
  ['2013', { ID: '0', Action: 'ConfirmationDialog', Text: 'You will receive the call shortly', OkTitle: 'Ok' }],
  [
    '85',
    {
      ...{ _dialog_id: '0', _action: 'ConfirmationDialog' },
      ...{ _text: 'You will receive the call shortly', _ok_title: 'Ok' },
    },
  ],
];

test.each(DIALOGS)('A2, A3: %s answers an immediate start with its own keys', async (compat, dialog) => {
  speak(compat);
  const { body } = await startNow();
  expect(body).toEqual({ ...dialog, _id: expect.any(String) });
});

test('a service says by itself which version it speaks', async () => {
  speak('2013');
  configureNow({ _compat: '85' });
  expect(Object.keys((await startNow()).body)).toContain('_dialog_id');
});

test.each([
  ['2013', ['_id', 'desired_time', 'url']],
  ['85', ['_callback_state', '_customer_number', '_desired_time', '_expiration_time', '_id', '_service_name', '_url']],
])('Q1: %s shows records under its own keys', async (compat, keys) => {
  speak(compat);
  const { body } = await book('10:00');
  const { body: found } = await bed.request('GET', `${BASE}?customer_number=5115`);
  expect(found).toHaveLength(1);
  expect(Object.keys(found[0]).toSorted()).toEqual(keys);
  const { body: queues } = await bed.request('GET', '/1/admin/callback/queues');
  const shown = compat === '2013' ? [...keys, '_callback_state', '_customer_number'] : keys;
  expect(Object.keys(queues.BasicCallback[0]).toSorted()).toEqual(shown.toSorted());
  expect(queues.BasicCallback[0]._id).toBe(body._id);
});

const CLASSES: [compat: string, missing: string, closed: string, full: string][] = [
  [
    '2013',
    `${PRINTED}CallbackException`,
    `${PRINTED}CallbackServiceException`,
    `${PRINTED}CallbackAvailabilityException`,
  ],
  ['85', `${LATER}CallbackException`, `${LATER}CallbackServiceException`, `${LATER}CallbackExceptionAvailability`],
  [
    'both',
    `${LATER}CallbackException`,
    `${PRINTED}CallbackServiceException`,
    `${PRINTED}CallbackAvailabilityException`,
  ],
];

test.each(CLASSES)('%s has its own classes of exceptions', async (compat, missing, closed, full) => {
  speak(compat);
  await fill('10:00', 5);
  const classes = [await bed.start('BasicCallback', {}), await book('20:00'), await book('10:00')];
  expect(classes.map(({ body }) => body.exception)).toEqual([missing, closed, full]);
});

describe('2013', () => {
  test('C4: does not cancel what has been submitted', async () => {
    speak('2013');
    const { body } = await startNow();
    const { status, body: refusal } = await bed.request('DELETE', `${NOW}/${body._id}`);
    expect([status, refusal]).toEqual([
      400,
      { exception: `${PRINTED}CallbackException`, message: `No such request to cancel : [${body._id}]` },
    ]);
    speak('85');
    expect(await bed.record(body._id)).toMatchObject({ _callback_state: 'QUEUED' });
    expect((await bed.request('DELETE', `${NOW}/${body._id}`)).status).toBe(200);
  });

  test('cancels and moves what waits for its time', async () => {
    speak('2013');
    const { body } = await book('10:00');
    const move = (payload: object) => bed.request('PUT', `${BASE}/${body._id}`, { payload });
    expect((await move({ note: 'x' })).status).toBe(400);
    expect((await move({ _new_desired_time: `${DAY}10:05:00.000Z` })).status).toBe(200);
    expect((await bed.request('DELETE', `${BASE}/${body._id}`)).status).toBe(200);
  });

  test.each([
    ['2013', 400],
    ['85', 200],
  ])('4.2: %s answers %i to an immediate request outside of business hours', async (compat, status) => {
    speak(compat);
    configure({});
    expect(new Date(bed.clock.now()).toISOString()).toBe(START);
    expect((await bed.start('BasicCallback', { _customer_number: '5115' })).status).toBe(status);
  });
});
