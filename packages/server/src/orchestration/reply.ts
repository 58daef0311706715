import type { JsonValue } from '../kernel/index.js';

/** What an application answered to a request: an HTTP status and a body. */
export interface Reply {
  status: number;
  body: JsonValue;
}
