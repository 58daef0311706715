/**
 * The four transactions of RFC 3261 section 17, with the corrections of RFC 6026, as pure tables:
 * `(state, input) -> (state, effects)`. Who keeps the time and sends the bytes is `transactions.ts`.
 */
export interface TransactionTimes {
  /** Milliseconds of a round trip. */
  t1: number;
  /** The longest interval between repetitions. */
  t2: number;
  /** How long a message may stay in the network. */
  t4: number;
  /** How long an INVITE may go without any response after its first provisional one: Timer C. */
  c: number;
}

export const TIMES: TransactionTimes = { t1: 500, t2: 4000, t4: 5000, c: 180_000 };

export type Phase = 'calling' | 'trying' | 'proceeding' | 'completed' | 'accepted' | 'confirmed' | 'terminated';

export interface TransactionState {
  phase: Phase;
  /** Milliseconds until the next repetition. */
  interval: number;
}

/**
 * `response`: one arrived (client) or is to be sent (server). `request`: the request arrived again. `repeat`: the timer
 * between repetitions (A, E, G). `give-up`: the timer of the transaction (B, F, H, C). `linger`: the one that waits for
 * stragglers (D, I, J, K, L, M).
 */
export type TransactionInput =
  | { type: 'start' }
  | { type: 'response'; status: number }
  | { type: 'request' }
  | { type: 'ack' }
  | { type: 'timer'; timer: TransactionTimer }
  | { type: 'transport-failed' };

export type TransactionTimer = 'repeat' | 'give-up' | 'linger';

export type TransactionEffect =
  | { do: 'send-request' }
  | { do: 'send-ack' }
  /** The last response, or the one that the input brought. */
  | { do: 'send-response' }
  /** To the user of the transaction: what the input brought. */
  | { do: 'deliver' }
  | { do: 'fail'; reason: 'timeout' | 'transport' }
  | { do: 'set'; timer: TransactionTimer; ms: number }
  | { do: 'clear'; timer: TransactionTimer };

export interface Step {
  state: TransactionState;
  effects: TransactionEffect[];
}

export interface TransactionSetting {
  reliable: boolean;
  times: TransactionTimes;
}

export type Machine = (state: TransactionState, input: TransactionInput, setting: TransactionSetting) => Step;

const send = { do: 'send-request' } as const;
const deliver = { do: 'deliver' } as const;
const answer = { do: 'send-response' } as const;

function set(timer: TransactionTimer, ms: number): TransactionEffect {
  return { do: 'set', timer, ms };
}

function clear(...timers: TransactionTimer[]): TransactionEffect[] {
  return timers.map((timer) => ({ do: 'clear', timer }));
}

function stay(state: TransactionState, ...effects: TransactionEffect[]): Step {
  return { state, effects };
}

function go(state: TransactionState, phase: Phase, ...effects: TransactionEffect[]): Step {
  return { state: { ...state, phase }, effects };
}

function failed(state: TransactionState, reason: 'timeout' | 'transport'): Step {
  return go(state, 'terminated', { do: 'fail', reason });
}

/** Waits for stragglers, which a reliable transport has none of. */
function linger(state: TransactionState, phase: Phase, ms: number, ...effects: TransactionEffect[]): Step {
  const all = [...clear('repeat', 'give-up'), ...effects];
  return ms === 0 ? go(state, 'terminated', ...all) : go(state, phase, ...all, set('linger', ms));
}

export function newState(phase: Phase, times: TransactionTimes): TransactionState {
  return { phase, interval: times.t1 };
}

/** RFC 3261 17.1.1, RFC 6026 8.4: calling, proceeding, completed or accepted, terminated. */
export const inviteClient: Machine = (state, input, { reliable, times }) => {
  if (input.type === 'transport-failed') return failed(state, 'transport');
  if (input.type === 'start') {
    return stay(state, send, set('give-up', 64 * times.t1), ...(reliable ? [] : [set('repeat', state.interval)]));
  }
  if (input.type === 'timer') return inviteClientTimer(state, input.timer);
  if (input.type !== 'response') return stay(state);
  const { status } = input;
  switch (state.phase) {
    case 'calling':
    case 'proceeding':
      if (status < 200) return go(state, 'proceeding', ...clear('repeat'), set('give-up', times.c), deliver);
      if (status < 300) return linger(state, 'accepted', 64 * times.t1, deliver);
      return linger(state, 'completed', reliable ? 0 : 64 * times.t1, { do: 'send-ack' }, deliver);
    case 'completed':
      return status < 300 ? stay(state) : stay(state, { do: 'send-ack' });
    case 'accepted':
      // A 2xx comes again until its user has acknowledged it; other branches of a fork may answer too.
      return status >= 200 && status < 300 ? stay(state, deliver) : stay(state);
    default:
      return stay(state);
  }
};

function inviteClientTimer(state: TransactionState, timer: TransactionTimer): Step {
  if (timer === 'repeat' && state.phase === 'calling') {
    const interval = state.interval * 2;
    return { state: { ...state, interval }, effects: [send, set('repeat', interval)] };
  }
  if (timer === 'give-up') return failed(state, 'timeout');
  return timer === 'linger' ? go(state, 'terminated') : stay(state);
}

/** RFC 3261 17.1.2: trying, proceeding, completed, terminated. */
export const otherClient: Machine = (state, input, { reliable, times }) => {
  switch (input.type) {
    case 'transport-failed':
      return failed(state, 'transport');
    case 'start':
      return stay(state, send, set('give-up', 64 * times.t1), ...(reliable ? [] : [set('repeat', state.interval)]));
    case 'timer': {
      if (input.timer === 'give-up') return failed(state, 'timeout');
      if (input.timer === 'linger') return go(state, 'terminated');
      const interval = state.phase === 'proceeding' ? times.t2 : Math.min(state.interval * 2, times.t2);
      return { state: { ...state, interval }, effects: [send, set('repeat', interval)] };
    }
    case 'response':
      if (state.phase === 'completed' || state.phase === 'terminated') return stay(state);
      if (input.status < 200) return go(state, 'proceeding', deliver);
      return linger(state, 'completed', reliable ? 0 : times.t4, deliver);
    default:
      return stay(state);
  }
};

/** RFC 3261 17.2.1, RFC 6026 8.5: proceeding, completed or accepted, confirmed, terminated. */
export const inviteServer: Machine = (state, input, { reliable, times }) => {
  switch (input.type) {
    case 'start':
      return stay(state, deliver);
    case 'request':
      return state.phase === 'proceeding' || state.phase === 'completed' ? stay(state, answer) : stay(state);
    case 'response':
      return inviteServerAnswers(state, input.status, reliable, times);
    case 'ack':
      if (state.phase === 'accepted') return stay(state, deliver);
      if (state.phase !== 'completed') return stay(state);
      return linger(state, 'confirmed', reliable ? 0 : times.t4);
    case 'timer': {
      if (input.timer === 'linger') return go(state, 'terminated');
      if (state.phase !== 'completed') return stay(state);
      if (input.timer === 'give-up') return failed(state, 'timeout');
      const interval = Math.min(state.interval * 2, times.t2);
      return { state: { ...state, interval }, effects: [answer, set('repeat', interval)] };
    }
    case 'transport-failed':
      return failed(state, 'transport');
  }
};

function inviteServerAnswers(
  state: TransactionState,
  status: number,
  reliable: boolean,
  times: TransactionTimes,
): Step {
  // A 2xx is repeated by its user, through the same transaction.
  if (state.phase === 'accepted') return status >= 200 && status < 300 ? stay(state, answer) : stay(state);
  if (state.phase !== 'proceeding') return stay(state);
  if (status < 200) return stay(state, answer);
  if (status < 300) return linger(state, 'accepted', 64 * times.t1, answer);
  const repeat = reliable ? [] : [set('repeat', state.interval)];
  return go(state, 'completed', answer, set('give-up', 64 * times.t1), ...repeat);
}

/** RFC 3261 17.2.2: trying, proceeding, completed, terminated. */
export const otherServer: Machine = (state, input, { reliable, times }) => {
  switch (input.type) {
    case 'start':
      return stay(state, deliver);
    case 'request':
      return state.phase === 'trying' || state.phase === 'terminated' ? stay(state) : stay(state, answer);
    case 'response':
      if (state.phase === 'completed' || state.phase === 'terminated') return stay(state);
      if (input.status < 200) return go(state, 'proceeding', answer);
      return linger(state, 'completed', reliable ? 0 : 64 * times.t1, answer);
    case 'timer':
      return input.timer === 'linger' ? go(state, 'terminated') : stay(state);
    case 'transport-failed':
      return failed(state, 'transport');
    case 'ack':
      return stay(state);
  }
};
