import type { Activity, Clock, JsonObject, Logger } from '../../kernel/index.js';
import type { Journal } from '../../reporting/index.js';
import type { Agents, Router } from '../../routing/index.js';
import type { Database, Transaction } from '../../store/index.js';
import type { Calls } from '../../telephony/index.js';
import type { CallingLists } from '../list/index.js';
import type { ComplianceGate } from './compliance-gate.js';
import type { DialingConfiguration } from './group-options.js';
import type { StoredGroup } from './group-store.js';
import type { Pacer } from './pacing-port.js';

/** The call of a customer that is handed to an IVR. */
export interface IvrCall {
  callId: string;
  /** The customer's leg, answered. */
  legId: string;
  /** DN whose flow takes it. */
  dn: string;
  /** Caller number that the customer saw, and the customer's. */
  from: string;
  phone: string;
  userData: JsonObject;
}

/** Runs applications: IVR flows and SCXML treatments. */
export interface Applications {
  /** Gives an answered call to the flow of a DN. @returns false when the DN has none */
  takeCall(tx: Transaction, call: IvrCall): Promise<boolean>;
  /** Starts a flow. @returns the id of its session; undefined when there is no such flow */
  startTreatment(tx: Transaction, flow: string, parameters: JsonObject): Promise<string | undefined>;
}

/** What dialing is made of. */
export interface DialingParts {
  database: Database;
  configuration: DialingConfiguration;
  lists: CallingLists;
  calls: Calls;
  router: Router;
  agents: Agents;
  journal: Journal;
  compliance: ComplianceGate;
  /** @param memory what an earlier pacer of the group has left; absent for a group that was just loaded */
  newPacer: (group: StoredGroup, memory: object | undefined) => Pacer;
  applications: Applications;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** This node's name as owner of dialers: lasting for a server that is alone on its data, else one of its own. */
  owner: string;
  /** How long a node that dies keeps a dialer, milliseconds of the clock; default 4500. */
  leaseTermMs?: number;
  /** A list that has given nothing is asked again after this time at the latest, milliseconds; default one minute. */
  recheckMs?: number;
}
