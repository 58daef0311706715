import type { JsonObject } from '../../kernel/index.js';
import type { Reply } from '../../orchestration/index.js';
import type { StoredValue } from '../storage.js';

type OptionMap = Readonly<Record<string, string>>;

/** What a client sends to create a service or with a request: names beginning with `_` are parameters, others data. */
export interface ServiceRequest {
  parameters: JsonObject;
  userData: ReadonlyMap<string, StoredValue>;
}

export interface BuiltinCall {
  /** Execution name of the configured service. */
  name: string;
  options: OptionMap;
  request: ServiceRequest;
}

/**
 * A service of type `builtin`: fixed behaviour that options tune. Some are created (POST) and leave a record, others
 * are read (GET) and leave nothing.
 */
export interface BuiltinService {
  readonly method: 'create' | 'read';
  /** It answers under its template's name even where no service is configured. */
  readonly unconfigured?: true;
  run(call: BuiltinCall): Promise<Reply>;
}
