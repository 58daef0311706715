import type { Static } from 'typebox';
import type { OptionMap } from './options.js';
import type * as centre from './schemas/contact-centre.js';
import type * as installation from './schemas/installation.js';
import type * as outbound from './schemas/outbound.js';
import type { switchSettings } from './schemas/switch.js';

/** The configured objects as the program sees them: with what is absent filled in. */

export interface ResourceGroup {
  strategy: 'RANDOM' | 'LOCAL' | 'CLUSTER';
  members: readonly string[];
  /** Seconds. */
  bookingExpirationTimeout?: number;
  backup?: string;
}

/** Name to regular expression, in the syntax of Java. */
export type PatternGroup = Readonly<Record<string, string>>;

/** Section to key to value. */
export type ListObject = Readonly<Record<string, OptionMap>>;

/** What is filled in where an object does not say it. */
interface Filled {
  enabled: boolean;
  options: OptionMap;
}

export type Skill = Static<typeof centre.skill> & Filled;
export type AgentGroup = Static<typeof centre.agentGroup> & Filled;
export type VirtualQueue = Static<typeof centre.virtualQueue> & Filled;
export type Dn = Static<typeof centre.dn> & Filled;
export type CallingList = Static<typeof outbound.callingList> & Filled;
export type Filter = Static<typeof outbound.filter> & Filled;
export type Treatment = Static<typeof outbound.treatment> & Filled;

export interface Agent extends Filled {
  id: string;
  dbid?: number;
  firstName?: string;
  lastName?: string;
  /** The device that rings: the agent's id when none is configured. */
  dn: string;
  /** Skill to level; a skill that is not there has level 0. */
  skills: Readonly<Record<string, number>>;
  groups: readonly string[];
  /** A hash: see `passwordMatches`. */
  password?: string;
  loginId?: string;
  email?: string;
}

export type Application = Omit<Static<typeof centre.application>, 'connections'> &
  Filled & {
    connections: readonly string[];
  };

export type Campaign = Omit<Static<typeof outbound.campaign>, 'callingLists'> &
  Filled & {
    callingLists: readonly { name: string; share: number; isActive: boolean }[];
  };

/** `name` is `Campaign@Group`. */
export type CampaignGroup = Static<typeof outbound.campaignGroup> & Filled & { name: string };

/** Times: `HH:MM` in `timeZone`. */
export type OutboundSchedule = Static<typeof outbound.outboundSchedule> & Filled & { timeZone: string };

export type User = Static<typeof centre.user> & { enabled: boolean };

export type SwitchSettings = Static<typeof switchSettings>;

export type Api = NonNullable<Static<typeof installation.listener>['api']>;

export type Listener = Omit<Static<typeof installation.listener>, 'api' | 'open'> & { api: Api; open: boolean };

/** The object that each kind holds. */
export interface ObjectTypes {
  services: OptionMap;
  options: OptionMap;
  resources: ResourceGroup;
  patterns: PatternGroup;
  lists: ListObject;
  skills: Skill;
  agents: Agent;
  'agent-groups': AgentGroup;
  'virtual-queues': VirtualQueue;
  dns: Dn;
  applications: Application;
  'calling-lists': CallingList;
  campaigns: Campaign;
  'campaign-groups': CampaignGroup;
  'outbound-schedules': OutboundSchedule;
  filters: Filter;
  treatments: Treatment;
  users: User;
  switch: SwitchSettings;
  listeners: Listener;
}

export type Kind = keyof ObjectTypes;
export type ObjectOf<K extends Kind> = ObjectTypes[K];
