/** What of an event of the live feed the report looks at. */
export interface DayEvent {
  /** Milliseconds since 1970. */
  at: number;
  type: string;
  call?: string | undefined;
  callback?: string | undefined;
  agent?: string | undefined;
  role?: string | undefined;
  state?: string | undefined;
  previous?: string | undefined;
  reason?: string | undefined;
  /** When a callback was to be made: milliseconds since 1970. */
  due?: number | undefined;
}

/** One row of the report: an hour, or the whole day. Waits are seconds. */
export interface Figures {
  callbacks: number;
  refused: number;
  /** Callbacks in which customer and agent talked. */
  connected: number;
  /** From the time that a callback was for until the conversation. */
  callbackWait: Wait;
  /** Calls that came in, those that reached an agent and those that were given up. */
  calls: number;
  answered: number;
  abandoned: number;
  callWait: Wait;
}

export interface Wait {
  median: number | undefined;
  p90: number | undefined;
}

export interface DayReport {
  /** By the hour in which the callback was due or the call came. */
  hours: (Figures & { from: number })[];
  total: Figures;
  /** How callbacks ended, by reason. */
  outcomes: Record<string, number>;
  /** Callbacks that have not ended. */
  open: number;
  /** Agents' time in conversations and after-call work over their time logged in. */
  utilisation: number | undefined;
}

interface Wish {
  /** When it was due or came. */
  since: number;
  kind: 'callback' | 'call';
  isRefused?: boolean;
  joinedAt?: number;
  endedAt?: number;
  reason?: string;
}

const HOUR_MS = 3_600_000;
const WORKING = new Set(['busy', 'after-call-work', 'reserved']);

/** What a day was like, from all that happened on it. */
export function reportOf(
  events: readonly DayEvent[],
  refusedAt: readonly number[],
  from: number,
  to: number,
): DayReport {
  const wishes = wishesOf(events);
  for (const at of refusedAt) wishes.push({ since: at, kind: 'callback', isRefused: true });
  const hours: DayReport['hours'] = [];
  for (let start = from; start < to; start += HOUR_MS) {
    const ofHour = wishes.filter(({ since }) => since >= start && since < start + HOUR_MS);
    hours.push({ from: start, ...figuresOf(ofHour) });
  }
  const outcomes: Record<string, number> = {};
  for (const { reason } of wishes) if (reason !== undefined) outcomes[reason] = (outcomes[reason] ?? 0) + 1;
  const open = wishes.filter(
    ({ kind, isRefused, reason }) => kind === 'callback' && !isRefused && reason === undefined,
  );
  return { hours, total: figuresOf(wishes), outcomes, open: open.length, utilisation: utilisationOf(events, to) };
}

function wishesOf(events: readonly DayEvent[]): Wish[] {
  const wishes = new Map<string, Wish>();
  for (const event of events) {
    const { type, at, call, callback, role } = event;
    if (type === 'callback.accepted' && callback) wishes.set(callback, { since: event.due ?? at, kind: 'callback' });
    if (type === 'call.ringing' && role === 'inbound' && call) wishes.set(call, { since: at, kind: 'call' });
    const wish = wishes.get((role === 'inbound' ? call : callback) ?? '');
    if (!wish) continue;
    if (type === 'call.joined' && (role === 'inbound' || role === 'customer')) wish.joinedAt ??= at;
    if (type === 'call.ended' && role === 'inbound') wish.endedAt ??= at;
    if (type === 'callback.completed') wish.reason ??= event.reason ?? 'UNKNOWN';
  }
  return [...wishes.values()];
}

function figuresOf(wishes: readonly Wish[]): Figures {
  const callbacks = wishes.filter(({ kind }) => kind === 'callback');
  const calls = wishes.filter(({ kind }) => kind === 'call');
  const isJoined = ({ joinedAt }: Wish) => joinedAt !== undefined;
  return {
    callbacks: callbacks.length,
    refused: callbacks.filter(({ isRefused }) => isRefused).length,
    connected: callbacks.filter(isJoined).length,
    callbackWait: waitOf(callbacks),
    calls: calls.length,
    answered: calls.filter(isJoined).length,
    abandoned: calls.filter((wish) => !isJoined(wish) && wish.endedAt !== undefined).length,
    callWait: waitOf(calls),
  };
}

function waitOf(wishes: readonly Wish[]): Wait {
  const waits = wishes
    .flatMap(({ since, joinedAt }) => (joinedAt === undefined ? [] : [Math.max(0, joinedAt - since) / 1000]))
    .sort((one, other) => one - other);
  return { median: quantile(waits, 0.5), p90: quantile(waits, 0.9) };
}

function quantile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

function utilisationOf(events: readonly DayEvent[], to: number): number | undefined {
  const since = new Map<string, { at: number; state: string }>();
  let working = 0;
  let present = 0;
  const account = (state: string, from: number, until: number) => {
    const time = Math.max(0, Math.min(until, to) - from);
    if (state !== 'logged-out') present += time;
    if (WORKING.has(state)) working += time;
  };
  for (const { type, agent, state, at } of events) {
    if (type !== 'agent.state' || !agent || !state) continue;
    const former = since.get(agent);
    if (former) account(former.state, former.at, at);
    since.set(agent, { at, state });
  }
  for (const { at, state } of since.values()) account(state, at, to);
  return present === 0 ? undefined : working / present;
}
