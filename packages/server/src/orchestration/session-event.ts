import type { EventInput } from '@ringback/scxml';
import type { JsonObject, JsonValue } from '../kernel/index.js';

/** One entry of a session's mailbox. */
export interface SessionEvent {
  name: string;
  data?: JsonValue;
  sendid?: string;
  origin?: string;
  origintype?: string;
  invokeid?: string;
  type?: 'external' | 'platform';
  /** The message as the transport carried it. */
  raw?: string;
  /** Changes to the objects that the session sees under `_genesys`, in effect when the event is delivered. */
  model?: EnvironmentChange;
  /** Ends the session by its exit handlers instead of delivering an event; the reason is kept. */
  end?: { reason: string };
}

/** Interactions to set (or, by null, to take away) in `_genesys.ixn.interactions`. */
export interface EnvironmentChange {
  /** The tenant's name. */
  tenant?: string;
  interactions?: Record<string, JsonObject | null>;
}

/** The objects under `_genesys` that belong to one session. */
export interface Environment {
  session: JsonObject;
  ixn: { firstixnid: string | null; interactions: Record<string, JsonObject> };
}

export function changedEnvironment(environment: Environment, change: EnvironmentChange | undefined): Environment {
  if (change?.tenant !== undefined) {
    const { tenant, ...others } = change;
    return changedEnvironment({ ...environment, session: { ...environment.session, tenant } }, others);
  }
  if (!change?.interactions) return environment;
  const interactions = { ...environment.ixn.interactions };
  for (const [id, interaction] of Object.entries(change.interactions)) {
    if (interaction === null) delete interactions[id];
    else interactions[id] = interaction;
  }
  const first = environment.ixn.firstixnid;
  const firstixnid = first !== null && first in interactions ? first : (Object.keys(interactions)[0] ?? null);
  return { ...environment, ixn: { firstixnid, interactions } };
}

/** The event as the engine takes it. */
export function engineEvent(event: SessionEvent): EventInput {
  const { name, data, sendid, origin, origintype, invokeid, type, raw } = event;
  return {
    name,
    ...(data !== undefined && { data }),
    ...(sendid !== undefined && { sendid }),
    ...(origin !== undefined && { origin }),
    ...(origintype !== undefined && { origintype }),
    ...(invokeid !== undefined && { invokeid }),
    ...(type !== undefined && { type }),
    ...(raw !== undefined && { raw }),
  };
}
