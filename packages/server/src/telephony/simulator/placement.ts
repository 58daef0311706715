import { type JsonObject, seededRandom } from '../../kernel/index.js';
import type { DialRequest } from '../switch.js';
import type { CarriedCall } from './carried-call.js';
import { DEFAULT_PARTY } from './defaults.js';
import type { Network } from './network.js';
import { milliseconds, type Script } from './settings.js';
import type { SimulatedWorld } from './simulated-world.js';

export interface InboundRequest {
  /** The caller's number. */
  from: string;
  /** The DN that is called. */
  to: string;
  userData?: JsonObject;
}

export interface Placement {
  call: CarriedCall;
  /** The party whose attempts are counted, because they differ. */
  sequence?: string;
}

/** A call to a party or to an agent's phone. A phone has one line: during a call it is busy. */
export function outboundCall(
  request: DialRequest,
  at: number,
  world: SimulatedWorld,
  network: Network,
  agentId: string | undefined,
): Placement {
  const party = world.parties.find(request.to);
  const isPhone = agentId !== undefined && !party.described;
  const script = isPhone ? phoneScript(agentId, world, network) : party.script(network.attempts(party.name));
  return {
    call: {
      ...emptyCall(request.legId, at, script, network),
      direction: 'outbound',
      number: request.to,
      ...(party.e164 !== undefined && { e164: party.e164 }),
      other: request.from,
      timeoutMs: request.timeoutMs,
      detect: request.callProgress,
      ...(agentId !== undefined && { agentId }),
      ...(request.userData && { userData: request.userData }),
    },
    ...(party.sequence && !isPhone && { sequence: party.name }),
  };
}

function phoneScript(agentId: string, world: SimulatedWorld, network: Network): Script {
  const common = { talkMs: null, digits: DEFAULT_PARTY.digits };
  for (const _ of network.callsOfAgent(agentId)) return { ...common, outcome: 'busy', ringMs: 0 };
  const { auto, answerSeconds } = world.agent(agentId);
  return { ...common, outcome: 'answer', ringMs: auto ? milliseconds(answerSeconds) : null };
}

/** A call of a party to Ringback: the party gives up when nobody talks to it for as long as it would talk. */
export function inboundCall(
  { from, to, userData }: InboundRequest,
  at: number,
  world: SimulatedWorld,
  network: Network,
): Placement {
  const party = world.parties.find(from);
  const script: Script = { ...party.script(0), outcome: 'answer' };
  return {
    call: {
      ...emptyCall(inboundId(world, network), at, script, network),
      direction: 'inbound',
      number: from,
      ...(party.e164 !== undefined && { e164: party.e164 }),
      other: to,
      detect: false,
      ...(userData && { userData }),
    },
  };
}

function emptyCall(
  id: string,
  at: number,
  script: Script,
  network: Network,
): Pick<CarriedCall, 'id' | 'serial' | 'at' | 'script' | 'plays' | 'collects'> {
  return { id, serial: network.placed, at, script, plays: {}, collects: {} };
}

/** A UUID that is the network's choice: the same for the same seed and history. */
function inboundId(world: SimulatedWorld, network: Network): string {
  const random = seededRandom(world.settings.seed + network.placed);
  for (;;) {
    const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
    hex[12] = '4';
    hex[16] = 'a';
    const id = hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    if (!network.up(id) && !network.ended(id)) return id;
  }
}
