import type { Dialect } from '../api/application.js';
import type { EventInput } from '../api/event.js';
import { isJsonObject, type JsonObject, type JsonValue } from '../json.js';

/** An event inside a session. Its text for the guest is made when something looks at it. */
export class SessionEvent {
  #text: string | undefined;

  constructor(
    readonly input: EventInput,
    private readonly dialect: Dialect,
  ) {}

  get name(): string {
    return this.input.name;
  }

  /** JSON text of what `_event` shows. */
  get text(): string {
    this.#text ??= JSON.stringify(this.#shown());
    return this.#text;
  }

  #shown(): JsonObject {
    const { name, type = 'external', sendid, origin, origintype, invokeid, raw } = this.input;
    const data = this.dialect === 'ors' ? objectData(this.input.data) : this.input.data;
    const shown: JsonObject = { name, type };
    if (sendid !== undefined) shown.sendid = sendid;
    if (origin !== undefined) shown.origin = origin;
    if (origintype !== undefined) shown.origintype = origintype;
    if (invokeid !== undefined) shown.invokeid = invokeid;
    if (data !== undefined) shown.data = data;
    if (raw !== undefined) shown.raw = raw;
    return shown;
  }
}

/** In the 2009 dialect `_event.data` is always an object. */
function objectData(data: JsonValue | undefined): JsonValue {
  if (isJsonObject(data)) return data;
  return data === undefined || data === null ? {} : { content: data };
}
