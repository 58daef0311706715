import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { instant, isObject, type Members, number, text } from './json.js';
import { Refusal } from './refusal.js';
import { request } from './request.js';

export const OUTCOMES = ['answer', 'busy', 'no-answer', 'answering-machine', 'fax', 'sit-invalid', 'reject'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** How a simulated party behaves. Seconds may be fractions. */
export interface Party {
  outcome: Outcome;
  ringSeconds: number;
  /** null: never hangs up. */
  talkSeconds: number | null;
}

/** The simulated telephone network's settings, as far as the console shows them. */
export interface Simulator {
  /** How every number behaves that has no behaviour of its own. */
  party: Party;
}

const TEST_CLOCK_REFRESH_MS = 2_000;

/** Under this key the queries keep the test clock's time. */
export const TEST_CLOCK_KEY = ['test-clock'];

/** What the server assumes for members that it does not name. */
const PARTY: Party = { outcome: 'answer', ringSeconds: 1, talkSeconds: 5 };

function parseSimulator(body: unknown): Simulator {
  const settings = isObject(body) ? body : {};
  return { party: parseParty(isObject(settings.default) ? settings.default : {}) };
}

function parseParty(party: Members): Party {
  return {
    outcome: OUTCOMES.find((known) => known === text(party, 'outcome')) ?? PARTY.outcome,
    ringSeconds: number(party, 'ringSeconds') ?? PARTY.ringSeconds,
    talkSeconds: party.talkSeconds === null ? null : (number(party, 'talkSeconds') ?? PARTY.talkSeconds),
  };
}

/** The simulator's settings, or null when the server's switch is a real one. */
export function useSimulator() {
  return useQuery({
    queryKey: ['simulator'],
    staleTime: 60_000,
    queryFn: ({ signal }) => unlessAbsent(async () => parseSimulator(await request('/api/v1/simulator', { signal }))),
  });
}

/** null when the switch, or the clock, is a real one, or when the user may not simulate. */
async function unlessAbsent<Answer>(ask: () => Promise<Answer>): Promise<Answer | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Refusal && [403, 404, 409].includes(error.status)) return null;
    throw error;
  }
}

function useSimulatorMutation<Variables>(send: (variables: Variables) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({ mutationFn: send, onSuccess: () => queries.invalidateQueries({ queryKey: ['simulator'] }) });
}

/** Sets how every number behaves that has no behaviour of its own. */
export function useSetDefaultParty() {
  return useSimulatorMutation((party: Party) =>
    request('/api/v1/simulator', { method: 'PUT', body: { default: party } }),
  );
}

/** Places a call from a simulated customer to one of the contact centre's numbers. */
export function usePlaceInboundCall() {
  return useSimulatorMutation((call: { from: string; to: string }) =>
    request('/api/v1/simulator/calls', { method: 'POST', body: call }),
  );
}

/** The server's time when it stands still until it is moved (`RINGBACK_CLOCK=test`), or null when it runs by itself. */
export function useTestClock() {
  return useQuery<number | null>({
    queryKey: TEST_CLOCK_KEY,
    staleTime: 60_000,
    // Somebody else can move it, and no event says so.
    refetchInterval: (query) => (typeof query.state.data === 'number' ? TEST_CLOCK_REFRESH_MS : false),
    queryFn: ({ signal }) =>
      unlessAbsent(async () => {
        const clock = await request('/api/v1/simulator/clock', { signal });
        return isObject(clock) && clock.test === true ? (instant(clock, 'now') ?? null) : null;
      }),
  });
}

/** Moves the test clock; everything that falls due in between happens. */
export function useAdvanceClock() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (advanceSeconds: number) =>
      request('/api/v1/simulator/clock', { method: 'POST', body: { advanceSeconds } }),
    onSuccess: () => queries.invalidateQueries(),
  });
}
