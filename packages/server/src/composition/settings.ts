/** How a server is started: its flags and environment, read by the command line. */
export interface ServerSettings {
  host: string;
  port: number;
  /** Data directory of the embedded database and of the simulated network. */
  data: string;
  configurationFile: string;
  /** Objects that are there already stay as they are: for the packaged demo. */
  onlyMissing: boolean;
  /** External PostgreSQL; without it, the embedded one. */
  databaseUrl?: string;
  adminPassword?: string;
  /** Name of this node where several share a database and Asterisk servers. */
  node?: string;
  /** The clock stands still until it is moved. */
  testClock: boolean;
  /** Where it stands at first, milliseconds since 1970; default: at the present. */
  beginsAt?: number | undefined;
  version: string;
}

/** On a clock that is moved by hours nobody else is there to take over what this process owns, milliseconds. */
export const LONG_LEASE_MS = 3_155_760_000_000;
