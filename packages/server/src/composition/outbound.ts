import { newId, RingbackError } from '../kernel/index.js';
import type { Orchestration } from '../orchestration/index.js';
import { Compliance } from '../outbound/compliance/index.js';
import {
  type Applications,
  CallingLists,
  CampaignGroups,
  Dialing,
  type HttpPost,
  Importer,
  type Occupancy,
  RecordRequests,
} from '../outbound/index.js';
import { type PacingMemory, PredictivePacer } from '../outbound/pacing/index.js';
import type { Abilities } from './abilities.js';
import type { Ground, Undo } from './ground.js';
import { LONG_LEASE_MS, type ServerSettings } from './settings.js';

/** Calling lists, dialing and campaigns. */
export interface Outbound {
  lists: CallingLists;
  importer: Importer;
  dialing: Dialing;
  campaigns: CampaignGroups;
  records: RecordRequests;
  compliance: Compliance;
}

/**
 * Puts outbound together, before the switch and the router start.
 * @param orchestration what runs IVR flows and SCXML treatments; asked for when the first one is needed
 */
export function composeOutbound(
  ground: Ground,
  { calls, router, agents }: Abilities,
  orchestration: () => Orchestration,
  settings: ServerSettings,
  undo: Undo,
): Outbound {
  const { config } = ground;
  const parts = { ...ground, configuration: config };
  const lists = new CallingLists(parts);
  undo.push(() => lists.stop());
  const compliance = new Compliance(parts);
  undo.push(() => compliance.stop());
  const dialing = new Dialing({
    ...parts,
    lists,
    calls,
    router,
    agents,
    compliance,
    // What dialing keeps of a pacer is what its `memory` has given.
    newPacer: (_group, memory) => new PredictivePacer(memory as PacingMemory | undefined),
    applications: applicationsOf(orchestration),
    owner: settings.databaseUrl === undefined ? 'alone' : newId(),
    ...(settings.testClock && { leaseTermMs: LONG_LEASE_MS }),
  });
  undo.push(() => dialing.stop());
  const campaigns = new CampaignGroups({ ...parts, lists, dialing, occupancy: occupancyOf(ground, { agents }), post });
  undo.push(() => campaigns.stop());
  const loadedCampaigns = async () => new Set((await campaigns.loaded()).map(({ campaign }) => campaign.name));
  const records = new RecordRequests({ ...parts, dialing, lists, loadedCampaigns });
  return { lists, importer: new Importer({ ...parts, lists }), dialing, campaigns, records, compliance };
}

/** Takes up what an earlier process left: after `Calls.recover`, `Router.start` and the start of orchestration. */
export async function startOutbound({ lists, dialing, campaigns }: Outbound): Promise<void> {
  await lists.start();
  await dialing.start();
  await campaigns.start();
}

function applicationsOf(orchestration: () => Orchestration): Applications {
  return {
    takeCall: (tx, call) => orchestration().takeCall(tx, call),
    startTreatment: async (tx, flow, parameters) => {
      try {
        return await orchestration().sessions.start(tx, { flow, parameters });
      } catch (error) {
        if (error instanceof RingbackError && error.code === 'unknown-flow') return undefined;
        throw error;
      }
    },
  };
}

const OCCUPIED: ReadonlySet<string> = new Set(['reserved', 'busy', 'after-call-work']);

function occupancyOf({ config }: Ground, { agents }: Pick<Abilities, 'agents'>) {
  return async (group: string): Promise<Occupancy> => {
    const states = (await agents.states()).filter(({ id }) => config.object('agents', id)?.groups.includes(group));
    return {
      loggedIn: states.filter(({ state }) => state !== 'logged-out').length,
      ready: states.filter(({ state }) => state === 'ready').length,
      occupied: states.filter(({ state }) => OCCUPIED.has(state)).length,
    };
  };
}

/** Sends a report; what the answer says is of no interest. */
const post: HttpPost = async (url, body, timeoutMs) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  await response.body?.cancel();
  return response.status;
};
