import { beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ServerBed } from './server-bed.js';

/**
 * Callback option -> behaviour: what each option of the shipped application does, seen from outside. Options of the
 * scenarios themselves, of booking and of notifications have their own test files.
 */
const bed = await ServerBed.create();

beforeEach(async () => {
  await bed.settle();
});

interface Proof {
  option: string;
  /** What the option makes happen. */
  effect: string;
  run: () => Promise<void>;
}

const AGENT_FIRST = { _userterminated_first_connect_party: 'AGENT' };

async function call(options: Record<string, string>, body: object = {}, seconds = 30) {
  await bed.service('Line', options);
  const number = bed.number();
  const { _id } = await bed.book('Line', { _customer_number: number, ...body });
  await bed.advance(seconds);
  return { id: _id, number };
}

async function legsOf(id: string, role: string): Promise<Record<string, unknown>[]> {
  return (await bed.events(id, 'call.dialing')).filter((event) => event.role === role);
}

/** The data that was attached to the customer's call, as it is told when an agent has it. */
async function attached(options: Record<string, string>, body: object): Promise<object[]> {
  const keys = 'topic,tier,GMS_UserData';
  await bed.must('PUT', '/api/v1/lists/Told', { _cbe_on_route_to_agent: { notify_params: `${keys},_service_id` } });
  const watched = {
    _enable_status_notification: 'notify',
    _status_notification_target: await bed.listen('/told'),
    _callback_events_list: 'Told',
    _urs_udata_xfer_keys: keys,
  };
  await call({ ...options, ...watched }, body);
  return bed.told('/told');
}

const calls: Proof[] = [
  {
    option: '_calling_party_display_name',
    effect: 'is the name that the customer sees',
    run: async () => {
      const { number } = await call({ _calling_party_display_name: 'Support line' });
      const legs = await bed.database.query('select caller_name from leg where number = $1', [number]);
      expect(legs).toEqual([{ caller_name: 'Support line' }]);
    },
  },
  {
    option: '_ixn_createcall_hints',
    effect: 'are given to the call',
    run: async () => {
      const { id } = await call({ _ixn_createcall_hints: '{"callerNumber":"4712"}' });
      expect((await legsOf(id, 'customer'))[0]).toMatchObject({ from: '4712' });
    },
  },
  {
    option: '_urs_extension_data',
    effect: 'are extensions of the call',
    run: async () => {
      await bed.simulate({ party: { outcome: 'answering-machine' } });
      const extensions = '{"call_answer_type_recognition":"positive_am_detection"}';
      const { id } = await call({ _cpd_enable: 'false', _urs_extension_data: extensions }, {}, 10);
      expect(await bed.attempts(id)).toEqual(['ANSWERING_MACHINE']);
    },
  },
  {
    option: '_prefix_dial_out',
    effect: 'stands before the number',
    run: async () => {
      const { number } = await call({ _prefix_dial_out: '91' });
      expect(await bed.dialed(`91${number}`)).toHaveLength(1);
    },
  },
  ...(
    [
      ['_calling_party_number', { _calling_party_number: '4711' }, '4711'],
      ['_route_point', { _route_point: '8999@SIP_Switch' }, '8999'],
      ['_src_route_point', { _src_route_point: '8888@SIP_Switch' }, '8888'],
      ['_trunk_group', { _trunk_group: '777' }, '777'],
    ] as const
  ).map(
    ([option, options, shown]): Proof => ({
      option,
      effect: `the customer sees ${shown}`,
      run: async () => {
        const { id } = await call(options);
        expect((await legsOf(id, 'customer'))[0]).toMatchObject({ from: shown });
      },
    }),
  ),
  {
    option: '_ixn_createcall_timeout',
    effect: 'ends the ringing',
    run: async () => {
      await bed.simulate({ party: { ringSeconds: 60 } });
      const { id } = await call({ _ixn_createcall_timeout: '7' }, {}, 8);
      expect(await bed.attempts(id)).toEqual(['NO_ANSWER']);
    },
  },
  {
    option: '_max_dial_attempts',
    effect: 'is how often is dialed',
    run: async () => {
      await bed.simulate({ party: { outcome: 'busy' } });
      const { number } = await call({ _max_dial_attempts: '2', _dial_retry_timeout: '10' }, {}, 60);
      expect(await bed.dialed(number)).toEqual([0, 10]);
    },
  },
  {
    option: '_cpd_enable',
    effect: 'tells a machine from a person',
    run: async () => {
      await bed.simulate({ party: { outcome: 'answering-machine' } });
      expect(await bed.attempts((await call({ _cpd_enable: 'true' }, {}, 10)).id)).toEqual(['ANSWERING_MACHINE']);
      expect(await bed.attempts((await call({ _cpd_enable: 'false' }, {}, 10)).id)).toEqual(['CONNECTED']);
    },
  },
  {
    option: '_call_timeguard_timeout',
    effect: 'is given to the detection',
    run: async () => {
      const { id } = await call({ _cpd_enable: 'true', _call_timeguard_timeout: '100' });
      expect(await bed.attempts(id)).toEqual(['PERSON']);
    },
  },
  {
    option: '_max_successful_customer_contacts',
    effect: 'calls a customer again who hung up while waiting',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 5 } });
      await bed.rest();
      const { id, number } = await call({ _max_successful_customer_contacts: '2', _dial_retry_timeout: '60' }, {}, 50);
      expect(await bed.state(id)).toBe('QUEUED');
      await bed.advance(70);
      // the pause begins with the end of the first contact
      expect(await bed.dialed(number)).toEqual([0, 66]);
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_INTERACTION_DELETED');
    },
  },
];

const waiting: Proof[] = [
  {
    option: '_min_urs_ewt_pos_polling_interval',
    effect: 'is the pause between looks at the line, at most `_max_urs_ewt_pos_polling_interval`',
    run: async () => {
      await bed.rest();
      const first = await call({ ...AGENT_FIRST }, {}, 1);
      const polling = { _min_urs_ewt_pos_polling_interval: '20', _max_urs_ewt_pos_polling_interval: '25' };
      const { number } = await call({ _wait_for_agent: 'true', _eta_pos_threshold: '0:1', ...polling }, {}, 2);
      await bed.must('DELETE', `/genesys/1/service/callback/Line/${first.id}`);
      await bed.advance(15);
      expect(await bed.dialed(number)).toEqual([]);
      await bed.advance(10);
      expect(await bed.dialed(number)).toHaveLength(1);
    },
  },
  {
    option: '_max_time_to_wait_for_agent_on_the_call',
    effect: 'ends the wait of a connected customer',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 } });
      await bed.rest();
      const { id } = await call({ _max_time_to_wait_for_agent_on_the_call: '20' });
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_AGENT_CONNECT');
    },
  },
  {
    option: '_urs_queued_ttl',
    effect: 'ends the wait in line',
    run: async () => {
      await bed.rest();
      const { id } = await call({ ...AGENT_FIRST, _urs_queued_ttl: '25' });
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    },
  },
  {
    option: '_cannot_dial_buffer_time',
    effect: 'dials nobody in the last seconds before that',
    run: async () => {
      await bed.rest();
      const { id } = await call({ ...AGENT_FIRST, _urs_queued_ttl: '60', _cannot_dial_buffer_time: '40' }, {}, 21);
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
    },
  },
  {
    option: '_min_queue_wait',
    effect: 'is the shortest wait before the customer is called',
    run: async () => {
      const { number } = await call({ _wait_for_agent: 'true', _min_queue_wait: '40' });
      expect(await bed.dialed(number)).toEqual([]);
      await bed.advance(30);
      expect(await bed.dialed(number)).toHaveLength(1);
    },
  },
  ...(['_max_queue_wait', '_max_time_to_reach_eta_pos_threshold'] as const).map(
    (option): Proof => ({
      option,
      effect: 'ends the wait for an agent to be near',
      run: async () => {
        const options = { _wait_for_agent: 'true', _eta_pos_threshold: '0:1' };
        await bed.service('Line', options);
        await bed.simulate({ party: { talkSeconds: 100 } });
        await bed.rest();
        await bed.book('Line', { _customer_number: bed.number() });
        // Who arrives in the same instant may be either one of two.
        await bed.advance(1);
        const { id, number } = await call({ ...options, [option]: '50' });
        expect(await bed.dialed(number)).toEqual([]);
        await bed.advance(40);
        if (option === '_max_queue_wait') expect(await bed.dialed(number)).toHaveLength(1);
        else expect(await bed.state(id)).toBe('COMPLETED/FAIL_TIMEOUT_TTL');
      },
    }),
  ),
  {
    option: '_urs_call_interaction_age',
    effect: 'is the age in line',
    run: async () => {
      await bed.rest();
      const first = await call({ ...AGENT_FIRST });
      const older = await call({ ...AGENT_FIRST, _urs_call_interaction_age: '500' });
      const position = (id: string) => bed.must('GET', `/genesys/1/service/${id}/check-queue-position`);
      expect(await position(older.id)).toMatchObject({ _position: '1' });
      expect(await position(first.id)).toMatchObject({ _position: '2' });
    },
  },
  {
    option: '_urs_vq_priority',
    effect: 'goes before age',
    run: async () => {
      await bed.rest();
      const first = await call({ ...AGENT_FIRST });
      const urgent = await call({ ...AGENT_FIRST, _urs_vq_priority: '5' });
      const position = (id: string) => bed.must('GET', `/genesys/1/service/${id}/check-queue-position`);
      expect(await position(urgent.id)).toMatchObject({ _position: '1' });
      expect(await position(first.id)).toMatchObject({ _position: '2' });
    },
  },
  {
    option: '_urs_vq_priority_increment',
    effect: 'lets priority grow by `_urs_vq_priority_increment_interval`',
    run: async () => {
      await bed.rest();
      const growing = await call({
        ...AGENT_FIRST,
        _urs_vq_priority_increment: '3',
        _urs_vq_priority_increment_interval: '10',
      });
      const urgent = await call({ ...AGENT_FIRST, _urs_vq_priority: '5' });
      const position = (id: string) => bed.must('GET', `/genesys/1/service/${id}/check-queue-position`);
      expect(await position(growing.id)).toMatchObject({ _position: '1' });
      expect(await position(urgent.id)).toMatchObject({ _position: '2' });
    },
  },
  {
    option: '_vq',
    effect: 'is the virtual queue where `_urs_virtual_queue` names none',
    run: async () => {
      const { id } = await call({ _urs_virtual_queue: '', _vq: 'SupportVQ' });
      expect((await bed.events(id, 'callback.completed'))[0]).toMatchObject({ _CB_DIM_VQ: 'SupportVQ' });
    },
  },
];

const agents: Proof[] = [
  {
    option: '_delivery_ring_time',
    effect: 'ends the holding of an agent for a phone that rings for much longer',
    run: async () => {
      await bed.simulate({ party: { ringSeconds: 20 } });
      const state = async () => (await bed.must('GET', '/api/v1/agents/a100/state')).state;
      await call({ _delivery_policy: 'hybrid', _delivery_hold: '19', _delivery_ring_time: '4' }, {}, 2);
      expect(await state()).toBe('reserved');
      await bed.advance(10);
      expect(await state()).toBe('ready');
    },
  },
  {
    option: '_max_transfer_to_agent_attempts',
    effect: 'is how many phones may ring in vain',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 }, agent: { answerSeconds: 600 } });
      const { id } = await call({ _max_transfer_to_agent_attempts: '1' }, {}, 60);
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_AGENT_CONNECT');
    },
  },
  {
    option: '_transfer_to_agent_retry_timeout',
    effect: 'is the pause before the next phone',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 }, agent: { answerSeconds: 600 } });
      const { id } = await call({ _transfer_to_agent_retry_timeout: '40' }, {}, 30);
      await bed.simulate();
      await bed.must('POST', '/api/v1/agents/a100/ready');
      await bed.advance(20);
      expect(await bed.state(id)).toBe('ROUTING');
      await bed.advance(30);
      expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
    },
  },
  {
    option: '_agent_transfer_confirm_timeout',
    effect: 'trusts a transfer that nothing confirms',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 }, agent: { answerSeconds: 600 } });
      const { id } = await call(
        { _agent_transfer_confirm_timeout: '5', _retain_session_until_ixn_deleted: 'true' },
        {},
        12,
      );
      expect(await bed.state(id)).toBe('PROCESSING');
    },
  },
  {
    option: '_ixn_redirect_confirm',
    effect: 'false: trusts it when the phone rings',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 }, agent: { answerSeconds: 600 } });
      const { id } = await call({ _ixn_redirect_confirm: 'false', _retain_session_until_ixn_deleted: 'true' }, {}, 5);
      expect(await bed.state(id)).toBe('PROCESSING');
    },
  },
  {
    option: '_retain_session_until_ixn_deleted',
    effect: 'false: the callback is over when the agent has the call',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 } });
      const { id } = await call({ _retain_session_until_ixn_deleted: 'false' }, {}, 10);
      expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
    },
  },
  {
    option: '_max_time_to_wait_for_ixn_delete',
    effect: 'is how long the application stays with a conversation',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 100 } });
      const options = { _retain_session_until_ixn_deleted: 'true', _max_time_to_wait_for_ixn_delete: '20' };
      const { id } = await call(options, {}, 15);
      expect(await bed.state(id)).toBe('PROCESSING');
      await bed.advance(15);
      expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
    },
  },
  {
    option: '_on_route_done_delay',
    effect: 'keeps the session after the end',
    run: async () => {
      const { id } = await call({ _on_route_done_delay: '100' });
      const session = (await bed.record(id))._ors_session_id;
      expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
      expect(await bed.must('GET', `/api/v1/sessions/${session}`)).toMatchObject({ state: 'running' });
      await bed.advance(100);
      expect(await bed.must('GET', `/api/v1/sessions/${session}`)).toMatchObject({ state: 'done' });
    },
  },
  {
    option: '_agent_reserve_timeout',
    effect: 'is how long a chosen agent is held',
    run: async () => {
      await bed.simulate({ agent: { preview: 'ignore' } });
      await call(
        { ...AGENT_FIRST, _agent_preview: 'true', _agent_preview_timeout: '5', _agent_reserve_timeout: '1' },
        {},
        4,
      );
      expect(await bed.must('GET', '/api/v1/agents/a100/state')).toMatchObject({ state: 'reserved' });
    },
  },
  {
    option: '_agent_reserve_delay_before_release',
    effect: 'gives a chosen agent back later',
    run: async () => {
      await bed.simulate({ party: { outcome: 'busy' } });
      const state = async () => (await bed.must('GET', '/api/v1/agents/a100/state')).state;
      const options = { ...AGENT_FIRST, _agent_first_via_rp: 'true', _agent_reserve_delay_before_release: '8000' };
      await call(options, {}, 5);
      expect(await state()).toBe('reserved');
      await bed.advance(10);
      expect(await state()).toBe('ready');
    },
  },
  {
    option: '_agent_preview_via_rp',
    effect: 'dials from the routing point after the preview',
    run: async () => {
      const { id } = await call({ ...AGENT_FIRST, _agent_preview: 'true', _agent_preview_via_rp: 'true' });
      expect((await bed.events(id, 'call.answered')).map(({ role }) => role)).toEqual(['customer', 'agent']);
    },
  },
];

/** What the desktop of the agent is sent while `work` goes on. */
async function atDesktop(work: () => Promise<unknown>): Promise<Record<string, unknown>[]> {
  const frames: Record<string, unknown>[] = [];
  const authorization = `Basic ${Buffer.from('a100:s3cret').toString('base64')}`;
  const socket = new WebSocket(`${bed.url.replace('http', 'ws')}/desktop`, { headers: { authorization } });
  const greeted = new Promise<void>((resolve) => socket.once('message', () => resolve()));
  socket.on('message', (message) => frames.push(JSON.parse(String(message))));
  await greeted;
  await work();
  // Frames that were sent before the answer to this one have come when it comes.
  const answered = new Promise<void>((resolve) => socket.once('pong', () => resolve()));
  socket.ping();
  await answered;
  socket.terminate();
  return frames;
}

const asked: Proof[] = [
  {
    option: '_agent_preview_data',
    effect: 'names what the agent is shown, with `_preview_userevent_mediatype`',
    run: async () => {
      await bed.simulate({ agent: { preview: 'ignore' } });
      const options = { ...AGENT_FIRST, _agent_preview: 'true', _agent_preview_data: 'topic,tier' };
      const body = { topic: 'billing', tier: 'gold', other: 'x' };
      const frames = await atDesktop(() => call({ ...options, _preview_userevent_mediatype: '7' }, body, 2));
      const preview = frames.find(({ type }) => type === 'preview');
      expect(preview?.userData).toMatchObject({
        preview: { topic: 'billing', tier: 'gold' },
        mediatype: 7,
        other: 'x',
      });
      expect(preview).not.toHaveProperty('userData.preview.other');
    },
  },
  ...(['_agent_preview_set_notready_reason_key', '_agent_preview_set_notready_reason_attribute'] as const).map(
    (option): Proof => ({
      option,
      effect: 'is the key under which the reason is given',
      run: async () => {
        await bed.simulate({ agent: { preview: 'ignore' } });
        const options = { _agent_preview_timeout_set_notready: 'true', _agent_preview_set_notready_reason: 'away' };
        const preview = { ...AGENT_FIRST, _agent_preview: 'true', _agent_preview_timeout: '5' };
        await call({ ...preview, ...options, [option]: 'Why' }, {}, 7);
        expect(await bed.must('GET', '/api/v1/agents/a100/state')).toMatchObject({ reason: 'away' });
      },
    }),
  ),
  ...(
    [
      ['Completed', 'COMPLETED/AGENT_CONNECTED'],
      ['Retry later', 'QUEUED'],
      ['Wrong number', 'COMPLETED/FAIL_CALL_TO_CUSTOMER'],
    ] as const
  ).map(
    ([result, expected]): Proof => ({
      option: '_enable_disposition_dialog',
      effect: `the agent says "${result}": ${expected}`,
      run: async () => {
        await bed.simulate({ agent: { disposition: { result } } });
        const { id } = await call({ _enable_disposition_dialog: 'true' });
        expect(await bed.state(id)).toBe(expected);
      },
    }),
  ),
  {
    option: '_agent_disposition_timeout',
    effect: 'ends the question, with `_disposition_userevent_mediatype`; silence means well',
    run: async () => {
      await bed.simulate({ agent: { answerSeconds: 1 }, party: { talkSeconds: 5 } });
      const options = { _enable_disposition_dialog: 'true', _agent_disposition_timeout: '30' };
      const frames = await atDesktop(async () => {
        const { id } = await call({ ...options, _disposition_userevent_mediatype: '3' }, {}, 5);
        await bed.rest();
        await bed.advance(15);
        expect(await bed.state(id)).toBe('PROCESSING');
        await bed.advance(30);
        expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
      });
      const events = frames.map(({ userData }) => userData as Record<string, unknown> | undefined);
      expect(events.find((event) => event?._callback_event === 'disposition')).toMatchObject({ mediatype: 3 });
    },
  },
];

/** The events that the application of a callback heard, and the states that it entered. */
async function heardBy(id: string): Promise<string[]> {
  const session = (await bed.record(id))._ors_session_id;
  const { history } = await bed.must('GET', `/api/v1/sessions/${session}`);
  return history.flatMap(({ event, entered }: { event?: string; entered?: string[] }) => [
    event ?? '',
    ...(entered ?? []),
  ]);
}

const HELLO = '{"file":"http://media/hello.wav"}';

const played: Proof[] = [
  {
    option: '_treatment_customer_connect',
    effect: 'is played when the customer answers',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 60 } });
      await bed.rest();
      expect(await heardBy((await call({ _treatment_customer_connect: HELLO })).id)).toContain('dialog.play.done');
      expect(await heardBy((await call({})).id)).not.toContain('dialog.play.done');
    },
  },
  {
    option: '_treatment_find_agent_fail',
    effect: 'is played when no agent was found in time',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 60 } });
      await bed.rest();
      const options = { _max_time_to_wait_for_agent_on_the_call: '10' };
      const { id } = await call({ ...options, _treatment_find_agent_fail: HELLO });
      expect(await heardBy(id)).toEqual(expect.arrayContaining(['noAgentFound', 'dialog.play.done']));
      expect(await bed.state(id)).toBe('COMPLETED/FAIL_AGENT_CONNECT');
    },
  },
  {
    option: '_treatment_waiting_for_agent',
    effect: 'is played while the customer waits',
    run: async () => {
      await bed.simulate({ party: { talkSeconds: 60 } });
      await bed.rest();
      const { id } = await call({ _treatment_waiting_for_agent: HELLO });
      const session = (await bed.record(id))._ors_session_id ?? '';
      const asked = await bed.database.query('select * from session_action where session = $1', [session]);
      expect(JSON.stringify(asked)).toContain('http://media/hello.wav');
    },
  },
  {
    option: '_treatment_call_failure_answering_machine',
    effect: 'is left on an answering machine',
    run: async () => {
      await bed.simulate({ party: { outcome: 'answering-machine', talkSeconds: 30 } });
      const file = '{"file":"http://media/message.wav","hints":{"am-beep-detection":"on"}}';
      const { id } = await call({ _cpd_enable: 'true', _treatment_call_failure_answering_machine: file }, {}, 60);
      const session = (await bed.record(id))._ors_session_id;
      const { history } = await bed.must('GET', `/api/v1/sessions/${session}`);
      const entered = history.flatMap((step: { entered?: string[] }) => step.entered ?? []);
      expect(entered).toContain('leavingMessage');
    },
  },
  {
    option: '_plugin_on_dial_url',
    effect:
      'runs after each dialing, at most `_plugin_on_dial_timeout`, and `_plugin_on_dial_invoke_on_call_failed` also then',
    run: async () => {
      const plugin = `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" initial="s" datamodel="ecmascript">
        <datamodel><data id="_call_state"/></datamodel>
        <state id="s"><onentry><send event="go" delay="3s"/></onentry><transition event="go" target="f"/></state><final id="f"/></scxml>`;
      const type = { 'content-type': 'application/scxml+xml' };
      await bed.must('PUT', '/api/v1/flows/on-dial', plugin, type);
      await bed.simulate({ party: { outcome: 'busy' } });
      const options = { _plugin_on_dial_url: 'on-dial', _plugin_on_dial_timeout: '60', _max_dial_attempts: '1' };
      const ends = async (more: object) => (await call({ ...options, ...more }, {}, 3)).id;
      expect(await bed.state(await ends({}))).toBe('QUEUED');
      const without = await ends({ _plugin_on_dial_invoke_on_call_failed: 'false' });
      expect(await bed.state(without)).toBe('COMPLETED/FAIL_CALL_TO_CUSTOMER');
      await bed.simulate();
      const { id } = await call(options, {}, 3);
      expect(await bed.state(id)).toBe('ROUTING');
      await bed.advance(20);
      expect(await bed.state(id)).toBe('COMPLETED/AGENT_CONNECTED');
    },
  },
];

const data: Proof[] = [
  {
    option: '_attach_udata',
    effect: 'separate_keys: each key for itself; `_urs_udata_xfer_keys` names what is fetched from the call',
    run: async () => {
      const told = await attached({ _attach_udata: 'separate_keys' }, { topic: 'billing', tier: 'gold' });
      expect(told).toEqual([expect.objectContaining({ topic: 'billing', tier: 'gold', GMS_UserData: '' })]);
    },
  },
  {
    option: '_attach_udata',
    effect: 'single_json: all of it as one text',
    run: async () => {
      const told = await attached({ _attach_udata: 'single_json' }, { topic: 'billing' });
      expect(told).toEqual([expect.objectContaining({ GMS_UserData: '{"topic":"billing"}' })]);
    },
  },
  {
    option: '_attach_udata',
    effect: 'gms_storage_id: the id under which it is found',
    run: async () => {
      const [told] = await attached({ _attach_udata: 'gms_storage_id' }, { topic: 'billing' });
      expect(told).toMatchObject({ GMS_UserData: (told as { _service_id: string })._service_id });
    },
  },
  {
    option: '_cb_dim_channel',
    effect: 'is the channel in reports',
    run: async () => {
      const { id } = await call({}, { _cb_dim_channel: 'WEB' });
      expect((await bed.events(id, 'callback.accepted'))[0]).toMatchObject({ _CB_DIM_CHANNEL: 'WEB' });
    },
  },
];

describe.each([
  ['the calls', calls],
  ['the wait', waiting],
  ['the agents', agents],
  ['questions to agents', asked],
  ['what is played and run', played],
  ['the data', data],
])('%s', (_title, proofs) => {
  test.each(proofs)('$option: $effect', ({ run }) => run());
});
