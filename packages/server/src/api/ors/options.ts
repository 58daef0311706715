import type { Logger } from '../../kernel/index.js';
import type { ClientRequests } from '../../orchestration/index.js';

/** What of the orchestration this API needs. */
export type Clients = Pick<ClientRequests, 'find' | 'ownerOf' | 'start' | 'event' | 'request' | 'terminate' | 'report'>;

/** What the configuration says, read anew for each request. */
export interface OrsSettings {
  requestTimeoutMs(): number;
  /** Events are answered when the session has processed them. */
  holdsEvents(): boolean;
  parsesStartParameters(): boolean;
  /** Value of the cookie header; '' for the usual one. */
  cookie(): string;
  /** Where clients of a session on another node are sent, instead of to that node; '' for none. */
  externalUrl(): string;
  redirectsToOwner(): boolean;
}

export interface OrsApiOptions {
  clients: Clients;
  settings: OrsSettings;
  /** Whether a request shows the right credentials, by its `Authorization` header. */
  isAuthenticated: (authorization: string | undefined) => boolean;
  /** Whether the server can do its work. */
  isReady: () => boolean;
  log: Logger;
}
