import type { AriConnection } from './ari-connection.js';
import type { AriRequest, AriResponse } from './rest.js';

/** One server of the switch, as the legs see it. */
export interface Link {
  readonly name: string;
  readonly weight: number;
  readonly connection: AriConnection;
  /** The bridges that were made there, by our ids. */
  readonly bridges: Set<string>;
  /** When Asterisk was started there, as it says; a restart ends its calls. */
  startedAt: string;
  /** Away for so long that its legs have ended as lost, or never there: nobody waits for it. */
  givenUp: boolean;
}

/** @throws RingbackError `switch-unavailable` */
export function ask(
  link: Link,
  method: AriRequest['method'],
  path: string,
  parameters?: AriRequest['parameters'],
): Promise<AriResponse> {
  return link.connection.request({ method, path, ...(parameters && { parameters }) });
}

/** Whether a request was carried out. */
export function succeeded({ status }: AriResponse): boolean {
  return status >= 200 && status < 300;
}
