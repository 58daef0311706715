import type { Effect, EventInput } from '@ringback/scxml';
import { isObject, type JsonObject, type JsonValue } from '../kernel/index.js';

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
  /** Of a delayed one in the original's dialect: where it was sent, for the error event that says that it was lost. */
  sentFrom?: JsonObject;
  /** Changes to the objects that the session sees under `_genesys`, in effect when the event is delivered. */
  model?: EnvironmentChange;
  /** Ends the session by its exit handlers instead of delivering an event; the reason is kept. */
  end?: { reason: string };
}

/** Interactions to set (or, by null, to take away) in `_genesys.ixn.interactions`. */
export interface EnvironmentChange {
  interactions?: Record<string, JsonObject | null>;
}

/** The objects under `_genesys` that belong to one session. */
export interface Environment {
  session: JsonObject;
  ixn: { firstixnid: string | null; interactions: Record<string, JsonObject> };
}

export function changedEnvironment(environment: Environment, change: EnvironmentChange | undefined): Environment {
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

/** As the session sees it after a macrostep in which it may have called `_genesys.session.setTenant`. */
export function withTenant(environment: Environment, effects: readonly Effect[]): Environment {
  const call = effects.findLast((effect) => effect.kind === 'call' && effect.op === 'session.setTenant');
  const tenant = call?.kind === 'call' ? call.args[0] : undefined;
  return tenant === undefined ? environment : { ...environment, session: { ...environment.session, tenant } };
}

/**
 * Parameters that the platform gives an application whose data ask for them by name: addresses of servers, where this
 * server has a counterpart (ors-core-queue.md 2.7).
 */
export function platformParameters({ session }: Pick<Environment, 'session'>): JsonObject {
  const url = isObject(session.server) ? String(session.server.url ?? '') : '';
  const outbound = url === '' ? '' : `${url}/ocs`;
  return {
    ...{ _statserver: '', _tserver: '', _ixnserver: '', _classserver: '', _ucserver: '', _urs: '' },
    ...{ _outbserver: outbound, _outbserver_s: url.startsWith('https:') ? outbound : '' },
  };
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
