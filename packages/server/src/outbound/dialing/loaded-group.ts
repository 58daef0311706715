import type { DialSettings } from '../dial-settings.js';

/** A campaign group to be dialed for. What it does not say is read from the configuration when it is needed. */
export interface LoadedGroup {
  /** DBID of the campaign group. */
  dbid: number;
  /** `Campaign@Group`. */
  name: string;
  campaign: { name: string; dbid: number };
  /** The agent group. */
  group: { name: string; dbid: number };
  /** DBID of the application `ocs`: written into the records that are held. */
  appId: number;
  settings: DialSettings;
}

/** `loaded`: nothing is dialed; `running`; `unloading`: calls and desktops finish, nothing new begins. */
export type DialingState = 'loaded' | 'running' | 'unloading';
