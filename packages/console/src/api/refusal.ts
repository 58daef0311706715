import { sayOfAnswer } from './answers.js';
import { instant, isObject, type Members, number, objects, text } from './json.js';

/** A time that the server offers instead of the one that it refused. */
export interface Proposal {
  /** Start of the time slot, milliseconds since 1970. */
  at: number;
  /** Bookings that the slot still takes. */
  free: number;
}

/**
 * What the server answered instead of doing what it was asked for, or the fact that it did not answer.
 *
 * Reads both dialects: problem documents (RFC 9457) of `/api/v1`, and `{exception, message, availability}` of the
 * callback API, whose `message` can itself be a JSON text (GMS Callback API, Start-Callback, closed office).
 */
export class Refusal extends Error {
  constructor(
    message: string,
    /** HTTP status; 0 when no answer came. */
    readonly status: number,
    /** One line per wrong field. */
    readonly fields: readonly string[] = [],
    /** Free times near the refused one, soonest first. */
    readonly proposals: readonly Proposal[] = [],
    /** What is wrong, by the name of the field, for forms that say it there. */
    readonly byField: ReadonlyMap<string, string> = new Map(),
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

const CLOSED = ['closed_day_of_week', 'closed_no_match', 'closed_holiday'] as const;

/** Builds the refusal from the body of an answer that is not a success. */
export function refusal(status: number, statusText: string, body: string): Refusal {
  const answer = parsed(body);
  if (!isObject(answer)) return new Refusal(plain(status, statusText, body), status);
  const message = text(answer, 'message') ?? text(answer, 'detail') ?? text(answer, 'title');
  return new Refusal(
    message === undefined ? plain(status, statusText, '') : readable(message),
    status,
    fields(answer),
    proposals(answer),
    byField(answer),
  );
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    // Proxies and frameworks answer in HTML or plain text as well: the status says enough then.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function plain(status: number, statusText: string, body: string): string {
  const brief = body.length < 200 && !body.includes('<') ? body.trim() : '';
  return [sayOfAnswer('answered', { status }), statusText, brief].filter((part) => part !== '').join(' · ');
}

/** The closed office is told as JSON inside of the message: `{"status":"closed","reason":"closed_no_match"}`. */
function readable(message: string): string {
  const inner = message.startsWith('{') ? parsed(message) : undefined;
  if (!isObject(inner)) return message;
  const reason = text(inner, 'reason') ?? '';
  const known = CLOSED.find((one) => one === reason);
  if (known !== undefined) return sayOfAnswer(known);
  return sayOfAnswer('closed', { status: text(inner, 'status') ?? sayOfAnswer('notAvailable'), reason });
}

function fields(answer: Members): string[] {
  if (!Array.isArray(answer.errors)) return [];
  return answer.errors.filter(isObject).map((error) => {
    const pointer = text(error, 'pointer');
    const detail = text(error, 'detail') ?? text(error, 'message') ?? sayOfAnswer('wrong');
    return pointer === undefined ? detail : `${pointer.replace(/^#?\//, '').replaceAll('/', ' › ')}: ${detail}`;
  });
}

/** A field's name is the first member of its JSON pointer. */
function byField(answer: Members): ReadonlyMap<string, string> {
  return new Map(
    objects(answer.errors).flatMap((error) => {
      const name = (text(error, 'pointer') ?? '').replace(/^#?\//, '').split('/')[0] ?? '';
      const detail = text(error, 'detail') ?? text(error, 'message');
      const unescaped = name.replaceAll('~1', '/').replaceAll('~0', '~');
      return name === '' || detail === undefined ? [] : [[unescaped, detail] as const];
    }),
  );
}

function proposals(answer: Members): Proposal[] {
  const { availability } = answer;
  if (!isObject(availability)) return [];
  return Object.keys(availability)
    .map((time) => ({ at: instant({ time }, 'time') ?? Number.NaN, free: number(availability, time) ?? 0 }))
    .filter((proposal) => Number.isFinite(proposal.at) && proposal.free > 0)
    .sort((a, b) => a.at - b.at);
}
