import { useSearchParams } from 'react-router-dom';
import type { CallbackFilter } from '../../api/callback-search.js';
import { CALLBACK_STATES, type CallbackState } from '../../api/callbacks.js';
import { isCallbackService, useServices } from '../../api/services.js';
import { dateText } from '../../time/format.js';
import { useNow } from '../../time/now.js';
import { customRange, RANGES, type RangeName, rangeOf } from './time-range.js';

const MINUTE_MS = 60_000;
/** A name that no service can have. */
const NO_SERVICE = '/';

/** What the page is restricted to. It is part of the address, so that it can be kept and sent to somebody. */
export interface Choice {
  range: RangeName;
  /** Both days of a custom range. */
  first: string;
  last: string;
  states: readonly CallbackState[];
  services: readonly string[];
  queue: string;
  number: string;
  view: 'table' | 'calendar';
}

/** The choice in the address, the filter that it means, and what is wrong with its range. */
export function useFilter() {
  const [parameters, setParameters] = useSearchParams();
  const services = useServices();
  // The ranges move with time, but not each second: the server is asked again by itself.
  const now = Math.floor(useNow() / MINUTE_MS) * MINUTE_MS;
  const today = dateText(now);
  const choice: Choice = {
    range: RANGES.find((name) => name === parameters.get('range')) ?? 'today',
    first: parameters.get('first') ?? today,
    last: parameters.get('last') ?? today,
    states: CALLBACK_STATES.filter((state) => parameters.getAll('state').includes(state)),
    services: parameters.getAll('service'),
    queue: parameters.get('queue') ?? '',
    number: parameters.get('number') ?? '',
    view: parameters.get('view') === 'calendar' ? 'calendar' : 'table',
  };
  const range = choice.range === 'custom' ? customRange(choice.first, choice.last) : rangeOf(choice.range, now);
  const known = (services.data ?? []).filter(isCallbackService);
  const ofQueue = known.filter(({ options }) => options._urs_virtual_queue === choice.queue).map(({ name }) => name);
  const filter: CallbackFilter = {
    ...(typeof range === 'string' ? { from: now, to: now } : range),
    states: choice.states,
    services: choice.queue === '' ? choice.services : both(ofQueue, choice.services),
    number: choice.number,
  };
  const choose = (more: Partial<Choice>) =>
    setParameters(parametersOf({ ...choice, ...more }, today), { replace: true, flushSync: true });
  return { choice, choose, filter, known, problem: typeof range === 'string' ? range : undefined };
}

/** Services that meet both restrictions; a name that no service has when there are none, for none is no restriction. */
function both(ofQueue: readonly string[], chosen: readonly string[]): readonly string[] {
  const common = chosen.length === 0 ? ofQueue : ofQueue.filter((name) => chosen.includes(name));
  return common.length === 0 ? [NO_SERVICE] : common;
}

function parametersOf({ range, first, last, states, services, queue, number, view }: Choice, today: string) {
  const parameters = new URLSearchParams();
  if (range !== 'today') parameters.set('range', range);
  if (range === 'custom' && (first !== today || last !== today)) {
    parameters.set('first', first);
    parameters.set('last', last);
  }
  for (const state of states) parameters.append('state', state);
  for (const service of services) parameters.append('service', service);
  if (queue !== '') parameters.set('queue', queue);
  if (number !== '') parameters.set('number', number);
  if (view !== 'table') parameters.set('view', view);
  return parameters;
}
