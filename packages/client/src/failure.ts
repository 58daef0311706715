/**
 * A request that did not succeed.
 *
 * `status` is that of HTTP, 0 where no answer came. `message` is the server's. `exception` is the class name that the
 * compatible APIs send. `proposals` are the free times (ISO 8601) with their places, where the desired one was not free.
 */
export class RingbackFailure extends Error {
  override readonly name = 'RingbackFailure';
  readonly status: number;
  readonly exception: string | undefined;
  readonly proposals: Readonly<Record<string, number>> | undefined;
  readonly body: unknown;

  constructor({ status, message, body }: { status: number; message: string; body: unknown }, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.body = body;
    const facts = isRecord(body) ? body : {};
    this.exception = typeof facts.exception === 'string' ? facts.exception : undefined;
    this.proposals = proposalsIn(facts.availability);
  }

  static async of(response: Response): Promise<RingbackFailure> {
    const text = await response.text();
    const body = parsed(text);
    const facts = isRecord(body) ? body : {};
    const said = facts.message ?? facts.detail ?? facts.title;
    const message = typeof said === 'string' ? said : `${response.status} ${response.statusText}`.trim();
    return new RingbackFailure({ status: response.status, message, body });
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function proposalsIn(value: unknown): Record<string, number> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}

/** What a proxy answers need not be JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
