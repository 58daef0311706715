import { beforeEach, describe, expect, test } from 'vitest';
import { ServerBed } from './server-bed.js';

/** The scenarios in which the contact centre calls the customer (gms-callback.md 3.3 to 3.6, 3.11), over HTTP alone. */
const bed = await ServerBed.create();

beforeEach(async () => {
  await bed.settle();
});

describe('User-Terminated-Immediate', () => {
  test('S6: is answered with a dialog, dialed at once, and ends with two people talking', async () => {
    await bed.service('Now', { _wait_for_agent: 'false', _retain_session_until_ixn_deleted: 'true' });
    const number = bed.number();
    const { _id, ...dialog } = await bed.book('Now', { _customer_number: number });
    expect(dialog).toMatchObject({
      _dialog_id: '0',
      _action: 'ConfirmationDialog',
      _text: 'You will receive the call shortly',
      _ok_title: 'Ok',
    });
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.until(_id, 'ROUTING');
    await bed.until(_id, 'PROCESSING');
    await bed.until(_id, 'COMPLETED/AGENT_CONNECTED');
    expect(await bed.attempts(_id)).toEqual(['CONNECTED']);
    expect(await bed.dialed(number)).toHaveLength(1);
  });

  test('S5: a busy customer is dialed at 0, 300 and 600 s and then given up', async () => {
    await bed.service('Now', { _urs_queued_ttl: '3600' });
    const number = bed.number();
    await bed.simulate({ numbers: { [number]: { outcome: 'busy' } } });
    const { _id } = await bed.book('Now', { _customer_number: number });
    await bed.advance(299);
    expect(await bed.dialed(number)).toEqual([0]);
    await bed.advance(320);
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_CALL_TO_CUSTOMER');
    expect(await bed.dialed(number)).toEqual([0, 300, 600]);
    expect(await bed.attempts(_id)).toEqual(['BUSY', 'BUSY', 'BUSY']);
    const [report] = await bed.events(_id, 'callback.completed');
    expect(report).toMatchObject({
      _CB_DIAL_1_RESULT: 'BUSY',
      _CB_DIAL_2_RESULT: 'BUSY',
      _CB_DIAL_3_RESULT: 'BUSY',
      _CB_N_DIAL_ATTEMPTS: 3,
      _CB_DIM_CONNECT_ORDER: 'CUSTOMER_FIRST',
    });
  });

  test.each([
    ['no-answer', 'NO_ANSWER', 2],
    ['answering-machine', 'ANSWERING_MACHINE', 2],
    ['fax', 'FAX', 2],
    ['sit-invalid', 'ERROR_TONE', 1],
    ['reject', 'CREATE_CALL_ERROR', 2],
  ])('%s is reported as %s and dialed %i times out of 2', async (outcome, result, times) => {
    await bed.service('Now', { _max_dial_attempts: '2', _dial_retry_timeout: '60', _cpd_enable: 'true' });
    const number = bed.number();
    await bed.simulate({ numbers: { [number]: { outcome, ringSeconds: 1 } } });
    const { _id } = await bed.book('Now', { _customer_number: number });
    await bed.advance(200);
    expect(await bed.attempts(_id)).toEqual(Array.from({ length: times }, () => result));
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_CALL_TO_CUSTOMER');
  });

  test('S9: a customer who hangs up while waiting ends it', async () => {
    await bed.service('Now');
    await bed.simulate({ party: { talkSeconds: 10 } });
    await bed.rest();
    const { _id } = await bed.book('Now', { _customer_number: bed.number() });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_INTERACTION_DELETED');
  });

  test('S13: another medium than voice is refused with its reason', async () => {
    await bed.service('Mail', { _media_type: 'chat' });
    await bed.must('PATCH', '/api/v1/services/Mail', { _media_type: null });
    const { _id } = await bed.book('Mail', { _customer_number: bed.number(), _media_type: 'email' });
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_IXN_UNKNOWN_MEDIA_TYPE');
    await bed.must('PATCH', '/api/v1/services/Mail', { _media_type: 'email' });
    const configured = await bed.book('Mail', { _customer_number: bed.number() });
    expect(await bed.state(configured._id)).toBe('COMPLETED/FAIL_IXN_UNKNOWN_MEDIA_TYPE');
  });

  test('a callback of a paused service is not dialed before its service goes on', async () => {
    await bed.service('Now');
    await bed.must('PUT', '/api/v1/lists/GMS_Paused_Services', { services: { Now: 'true' } });
    const number = bed.number();
    const { _id } = await bed.book('Now', { _customer_number: number });
    await bed.advance(60);
    expect(await bed.state(_id)).toBe('PAUSED');
    expect(await bed.dialed(number)).toEqual([]);
    await bed.must('PUT', '/api/v1/lists/GMS_Paused_Services', { services: { Now: 'false' } });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });
});

describe('User-Terminated-Delayed', () => {
  test('without push: waits until an agent is near', async () => {
    await bed.service('Later', { _wait_for_agent: 'true', _eta_pos_threshold: '0:1' });
    await bed.rest();
    const [first, second] = [bed.number(), bed.number()];
    await bed.book('Later', { _customer_number: first });
    const { _id } = await bed.book('Later', { _customer_number: second });
    await bed.advance(5);
    const position = await bed.must('GET', `/genesys/1/service/${_id}/check-queue-position`);
    expect(position).toMatchObject({ _position: '2', _total_waiting: '2', _agent_ready_threshold_passed: false });
    expect(await bed.dialed(first)).toHaveLength(1);
    expect(await bed.dialed(second)).toEqual([]);
  });

  const push = async (more: Record<string, string> = {}) => ({
    _device_os: 'httpcb',
    _device_notification_id: await bed.listen('/device'),
    ...more,
  });
  const DELAYED = { _wait_for_agent: 'true', _wait_for_user_confirm: 'true', _user_confirm_timeout: '30' };

  test('with push: the device confirms, and only then the customer is dialed', async () => {
    await bed.service('Push', DELAYED);
    const number = bed.number();
    const { _id } = await bed.book('Push', { _customer_number: number, ...(await push()) });
    await bed.advance(5);
    expect(bed.told('/device')).toEqual([expect.objectContaining({ _id, _action: 'connect' })]);
    expect(await bed.dialed(number)).toEqual([]);
    const menu = await bed.must('POST', `/genesys/1/service/${_id}/menu`);
    expect(menu._content[0]._group_content[0]).toMatchObject({ _user_action_url: `/1/service/${_id}/connect` });
    const dialog = await bed.must('POST', `/genesys/1/service/${_id}/connect`);
    expect(dialog).toMatchObject({ _action: 'ConfirmationDialog', _id });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect(await bed.dialed(number)).toHaveLength(1);
  });

  test('S7: without a confirmation it is asked three times, and then dialed anyway', async () => {
    await bed.service('Push', { ...DELAYED, _agent_availability_notification_delay: '20' });
    const number = bed.number();
    const { _id } = await bed.book('Push', { _customer_number: number, ...(await push()) });
    await bed.advance(129);
    expect(bed.told('/device')).toHaveLength(3);
    expect(await bed.dialed(number)).toEqual([]);
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });

  test('S7: or ended, when the service says so', async () => {
    await bed.service('Push', {
      ...DELAYED,
      _on_user_confirm_timeout: 'CANCEL',
      _max_number_of_user_availability_confirmation_attempts: '1',
    });
    const { _id } = await bed.book('Push', { _customer_number: bed.number(), ...(await push()) });
    await bed.advance(32);
    expect(await bed.state(_id)).toBe('COMPLETED/FAIL_USER_NO_CONFIRM');
  });

  test('a customer who answers "not now" is asked again after the snooze', async () => {
    await bed.service('Push', { ...DELAYED, _snooze_duration: '100' });
    const number = bed.number();
    const { _id } = await bed.book('Push', { _customer_number: number, ...(await push()) });
    await bed.advance(3);
    expect(await bed.must('POST', `/genesys/1/service/${_id}/snooze`)).toMatchObject({ _action: 'ConfirmationDialog' });
    await bed.advance(99);
    expect(bed.told('/device')).toHaveLength(1);
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.advance(3);
    expect(bed.told('/device')).toHaveLength(2);
    await bed.must('POST', `/genesys/1/service/${_id}/connect`);
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect(await bed.attempts(_id)).toEqual(['CONNECTED']);
  });

  test('a customer who cancels at the device is not called', async () => {
    await bed.service('Push', DELAYED);
    const number = bed.number();
    const { _id } = await bed.book('Push', { _customer_number: number, ...(await push()) });
    await bed.advance(3);
    await bed.must('POST', `/genesys/1/service/${_id}/cancel`);
    expect(await bed.state(_id)).toBe('COMPLETED/CANCELLED');
    expect(await bed.dialed(number)).toEqual([]);
  });

  test('the texts come from the file of messages, in the language of the customer', async () => {
    await bed.must('PUT', '/api/v1/options/ors', { 'fetch-allow': '127.0.0.1' });
    bed.documents.set('/messages', { fr: { agent_available: 'Un agent est libre', call_shortly: 'On vous appelle' } });
    const file = await bed.listen('/messages');
    await bed.service('Push', { ...DELAYED, _notification_message_file: file, _status_notification_language: 'fr' });
    const { _id } = await bed.book('Push', { _customer_number: bed.number(), ...(await push()) });
    await bed.advance(3);
    expect(bed.told('/device')).toEqual([expect.objectContaining({ _text: 'Un agent est libre' })]);
    const dialog = await bed.must('POST', `/genesys/1/service/${_id}/connect`);
    expect(dialog).toMatchObject({ _text: 'On vous appelle' });
    await bed.service('Push', { ...DELAYED, _notification_message_file: `${file.slice(0, -9)}:1/none` });
    const failing = await bed.book('Push', { _customer_number: bed.number(), ...(await push()) });
    await bed.advance(3);
    expect(await bed.state(failing._id)).toBe('COMPLETED/FAIL_LOAD_MESSAGE_FILE');
    await bed.must('PUT', '/api/v1/options/ors', {});
  });

  test('a push that its channel does not take is tried as often as the service says', async () => {
    await bed.service('Push', { ...DELAYED, _max_notify_delivery_attempts: '2' });
    await bed.listen('/device');
    bed.statuses.splice(0, 1, 500);
    await bed.book('Push', { _customer_number: bed.number(), ...(await push()) });
    await bed.advance(28);
    expect(bed.told('/device')).toHaveLength(2);
  });

  test('without a device there is nobody to ask: the customer is dialed', async () => {
    await bed.service('Push', DELAYED);
    const { _id } = await bed.book('Push', { _customer_number: bed.number() });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });
});

describe('User-Terminated-Scheduled', () => {
  test('is submitted before its time and dialed not before the threshold', async () => {
    await bed.service('At', { _request_execution_time_buffer: '300', _desired_connect_time_threshold: '100' });
    const number = bed.number();
    const desired = new Date((await bed.now()) + 1_000_000).toISOString();
    const { _id, ...rest } = await bed.book('At', { _customer_number: number, _desired_time: desired });
    expect(rest).toEqual({});
    await bed.advance(699);
    expect(await bed.state(_id)).toBe('SCHEDULED');
    await bed.advance(2);
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.advance(190);
    expect(await bed.dialed(number)).toEqual([]);
    await bed.advance(40);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
  });
});

describe('User-Terminated-Preview', () => {
  const PREVIEW = { _wait_for_agent: 'true', _agent_preview: 'true', _userterminated_first_connect_party: 'AGENT' };

  test('the agent accepts, and calls the customer from the own phone', async () => {
    await bed.service('Preview', PREVIEW);
    const { _id } = await bed.book('Preview', { _customer_number: bed.number(), topic: 'billing' });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
    const roles = (await bed.events(_id, 'call.answered')).map(({ role }) => role);
    expect(roles).toEqual(['agent', 'customer']);
    expect((await bed.events(_id, 'callback.completed'))[0]).toMatchObject({
      _CB_DIM_CONNECT_ORDER: 'AGENT_FIRST_PREVIEW',
    });
  });

  test('S8: ends after as many rejections as are allowed', async () => {
    await bed.service('Preview', { ...PREVIEW, _agent_preview_allow_reject: '2', _agent_reject_retry_timeout: '10' });
    await bed.simulate({ agent: { preview: 'reject' } });
    const number = bed.number();
    const { _id } = await bed.book('Preview', { _customer_number: number });
    await bed.advance(5);
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.advance(20);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_PREVIEW_CANCEL_AFTER_2REJECTS');
    expect(await bed.dialed(number)).toEqual([]);
  });

  test('an agent who does not answer is asked no longer than the preview lasts, and then not ready if wanted', async () => {
    await bed.service('Preview', {
      ...PREVIEW,
      _agent_preview_timeout: '20',
      _agent_preview_timeout_set_notready: 'true',
      _agent_preview_set_notready_reason: 'asleep',
    });
    await bed.simulate({ agent: { preview: 'ignore' } });
    const { _id } = await bed.book('Preview', { _customer_number: bed.number() });
    await bed.advance(19);
    expect(await bed.must('GET', '/api/v1/agents/a100/state')).toMatchObject({ state: 'reserved' });
    await bed.advance(2);
    expect(await bed.must('GET', '/api/v1/agents/a100/state')).toMatchObject({ state: 'not-ready', reason: 'asleep' });
    expect(await bed.state(_id)).toBe('QUEUED');
    await bed.must('POST', '/api/v1/agents/a100/ready');
  });
});

describe('Pre-emptive Agent Reservation', () => {
  test.each([
    ["from the agent's phone", {}, ['agent', 'customer']],
    ['from the routing point, the agent being held', { _agent_first_via_rp: 'true' }, ['customer', 'agent']],
    ['from the trunk group', { _agent_first_via_tg: 'true', _trunk_group: '777' }, ['customer', 'agent']],
  ])('an agent is reserved first; the customer is dialed %s', async (_how, more, order) => {
    await bed.service('Reserved', { _userterminated_first_connect_party: 'AGENT', ...more });
    const { _id } = await bed.book('Reserved', { _customer_number: bed.number() });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect((await bed.events(_id, 'call.answered')).map(({ role }) => role)).toEqual(order);
  });

  test('the agent is free again when the customer does not answer', async () => {
    await bed.service('Reserved', { _userterminated_first_connect_party: 'AGENT', _agent_first_via_rp: 'true' });
    const number = bed.number();
    await bed.simulate({ numbers: { [number]: { outcome: 'busy' } } });
    await bed.book('Reserved', { _customer_number: number });
    await bed.advance(5);
    expect(await bed.must('GET', '/api/v1/agents/a100/state')).toMatchObject({ state: 'ready' });
  });
});

describe('Dialing Notifications', () => {
  test('the customer is dialed when the wait is as long as reaching somebody takes', async () => {
    await bed.service('Notified', { _wait_for_agent: 'true', _urs_ewt_estimation_method: 'ursdial' });
    const { _id } = await bed.book('Notified', { _customer_number: bed.number() });
    await bed.advance(30);
    expect(await bed.state(_id)).toBe('COMPLETED/AGENT_CONNECTED');
    expect((await bed.events(_id, 'call.answered')).map(({ role }) => role)).toEqual(['customer', 'agent']);
  });
});
