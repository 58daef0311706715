import type { Transaction } from '../../store/index.js';
import { type CallAction, callActionFor } from '../list/index.js';
import type { AttemptInput, CallHandling } from './attempt.js';
import type { Attempt } from './attempt-store.js';
import { resultOfAnswer } from './call-outcome.js';
import type { DialingConfiguration } from './group-options.js';
import { readHeld } from './held-chain.js';
import type { DialingParts } from './parts.js';

/**
 * Adds to what the network reports of an answer what the treatment of that result does with the call. Lists whose results
 * a flow treats (`treatment-uri`) have no treatments.
 */
export async function withHandling(
  tx: Transaction,
  { lists, configuration, clock, log }: Pick<DialingParts, 'lists' | 'configuration' | 'clock' | 'log'>,
  attempt: Attempt,
  input: AttemptInput,
): Promise<AttemptInput> {
  const isAnswer = input.type === 'detected' || (input.type === 'answered' && !input.detects);
  const settings = isAnswer ? lists.settings(attempt.list) : undefined;
  if (!isAnswer || !settings || settings.treatmentUri !== undefined) return input;
  if (attempt.chain === undefined || !settings.treatments.some(({ call }) => call)) return input;
  const held = await readHeld(tx, attempt.chain);
  const chain = held && (await lists.chain(attempt.list, attempt.chainId, tx));
  if (!chain?.records.some(({ chainN }) => chainN === attempt.chainN)) return input;
  const action = callActionFor({
    treatments: settings.treatments,
    chain,
    chainN: attempt.chainN,
    result: resultOfAnswer(input.type === 'detected' ? input.found : 'person'),
    history: held?.history,
    now: clock.now(),
    settings,
  });
  if (!action) return input;
  const handling = callHandling(configuration, action);
  if (!handling) log.warn({ list: attempt.list, ...action }, 'No application takes the calls of a treatment');
  return { ...input, handling };
}

/**
 * What a treatment's Apply to Call means here. The DN says where the call goes, whichever of the transfers is named: to the
 * application that takes its calls; to the agents of the group where it is a queue or a routing point without one; else
 * its phone rings. A message, a fax, a page and an e-mail need an application.
 * @returns undefined where the DN cannot do what is asked: the call is treated as without the action
 */
export function callHandling(
  configuration: Pick<DialingConfiguration, 'object' | 'objects'>,
  { name, destination }: CallAction,
): CallHandling | undefined {
  if (name === 'Drop') return { to: 'nobody' };
  const dn = configuration.object('dns', destination);
  const queues = configuration.objects('virtual-queues');
  const queue = queues.get(destination) ?? [...queues.values()].find(({ alias }) => alias === destination);
  const application = dn?.options?.application ?? queue?.options?.application;
  if (application !== undefined && application.trim() !== '') return { to: 'flow', dn: destination };
  if (NEEDS_FLOW.has(name)) return undefined;
  if (queue || QUEUES.has(dn?.type ?? '')) return { to: 'agents' };
  const agent = [...configuration.objects('agents').values()].find((one) => one.enabled && one.dn === destination);
  return { to: 'number', dn: destination, ...(agent && { agent: agent.id }) };
}

const NEEDS_FLOW: ReadonlySet<string> = new Set(['PlayMessage', 'SendFax', 'SendPage', 'SendEmail']);
const QUEUES: ReadonlySet<string> = new Set(['RoutePoint', 'RoutingQueue', 'ACDQueue']);
