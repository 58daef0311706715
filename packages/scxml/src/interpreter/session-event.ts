import type { Dialect } from '../api/application.js';
import type { EventInput } from '../api/event.js';
import { isJsonObject, type JsonValue } from '../json.js';
import { isDeeper } from '../json-depth.js';

/** An event inside a session. Its text for the guest is made when something looks at it. */
export class SessionEvent {
  #text: string | undefined;

  constructor(
    readonly input: EventInput,
    private readonly dialect: Dialect,
    /** JSON text of the data, if it is known already. */
    private readonly dataText?: string,
  ) {}

  get name(): string {
    return this.input.name;
  }

  /** JSON text of what `_event` shows; absent fields are undefined there. */
  get text(): string {
    this.#text ??= this.#write();
    return this.#text;
  }

  #write(): string {
    const { name, type = 'external', sendid, origin, origintype, invokeid, raw } = this.input;
    let text = `{"name":${JSON.stringify(name)},"type":"${type}"`;
    if (sendid !== undefined) text += `,"sendid":${JSON.stringify(sendid)}`;
    if (origin !== undefined) text += `,"origin":${JSON.stringify(origin)}`;
    if (origintype !== undefined) text += `,"origintype":${JSON.stringify(origintype)}`;
    if (invokeid !== undefined) text += `,"invokeid":${JSON.stringify(invokeid)}`;
    if (raw !== undefined) text += `,"raw":${JSON.stringify(raw)}`;
    if (this.dialect === 'ors' && isJsonObject(this.input.data) && isJsonObject(this.input.data.resource)) {
      text += ',"readonly":true';
    }
    const data = this.#data();
    return data === undefined ? `${text}}` : `${text},"data":${data}}`;
  }

  /** In the 2009 dialect `_event.data` is always an object. */
  #data(): string | undefined {
    const { data } = this.input;
    const own = this.dataText ?? (data === undefined ? undefined : JSON.stringify(data));
    if (this.dialect !== 'ors' || isJsonObject(data)) return own;
    return data === undefined || data === null ? '{}' : `{"content":${own}}`;
  }
}

/** An event from outside with the JSON text of its data, or why it is refused. */
export type Admission = { readonly dataText: string | undefined } | { readonly refusal: 'event-size' | 'event-depth' };

/** Checks the data of an event against the limits: characters of its JSON text, and nesting. */
export function admit(data: JsonValue | undefined, limits: { eventBytes: number; eventDepth: number }): Admission {
  if (data === undefined) return { dataText: undefined };
  let dataText: string;
  try {
    dataText = JSON.stringify(data);
  } catch (error) {
    if (error instanceof RangeError) return { refusal: 'event-depth' };
    throw error;
  }
  if (limits.eventBytes > 0 && dataText.length > limits.eventBytes) return { refusal: 'event-size' };
  return isDeeper(dataText, data, limits.eventDepth) ? { refusal: 'event-depth' } : { dataText };
}
