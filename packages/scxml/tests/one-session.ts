import {
  type ApplicationDefinition,
  type Diagnostic,
  type Effect,
  type EventInput,
  SessionPool,
  type StartRequest,
  type StepResult,
} from '../src/index.js';

export const url = 'http://test/chart.scxml';

/** A W3C document around states. */
export function w3c(body: string, attributes = ''): string {
  return `<scxml xmlns="http://www.w3.org/2005/07/scxml" version="1.0" datamodel="ecmascript" ${attributes}>${body}</scxml>`;
}

/** A document of the 2009 dialect around states. */
export function ors(body: string, attributes = ''): string {
  return `<scxml xmlns="http://www.w3.org/2005/07/scxml" xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:queue="www.genesyslab.com/modules/queue" version="1.0" profile="ecmascript" ${attributes}>${body}</scxml>`;
}

/** One session in a pool without threads, told what happens and asked what it did. */
export class OneSession {
  readonly pool: SessionPool;
  result: StepResult | undefined;
  diagnostics: Diagnostic[] = [];
  readonly #definition: ApplicationDefinition;
  readonly #start: Partial<StartRequest>;
  /** Drops the resident copy before each event. */
  readonly #isForgetful: boolean;

  constructor(
    text: string,
    options: Partial<ApplicationDefinition> & { start?: Partial<StartRequest>; forgetful?: boolean } = {},
  ) {
    const { start = {}, forgetful = false, documents = {}, ...definition } = options;
    this.pool = new SessionPool({ workers: 0 });
    this.#definition = { id: 'test', main: url, ...definition, documents: { [url]: text, ...documents } };
    this.#start = start;
    this.#isForgetful = forgetful;
  }

  async start(): Promise<StepResult> {
    this.diagnostics = await this.pool.define(this.#definition);
    this.result = await this.pool.start({ session: 's', application: this.#definition.id, now: 0, ...this.#start });
    return this.result;
  }

  async tell(event: string | EventInput, inputs: { now?: number; environment?: null } = {}): Promise<StepResult> {
    return this.#deliver({ event: typeof event === 'string' ? { name: event } : event, now: 0, ...inputs });
  }

  async cancel(): Promise<StepResult> {
    return this.#deliver({ cancel: true, now: 0 });
  }

  async #deliver(what: { event?: EventInput; cancel?: boolean; now: number }): Promise<StepResult> {
    const { step = 0, snapshot = '' } = this.result ?? {};
    if (this.#isForgetful) this.pool.forget('s');
    const application = this.#definition.id;
    this.result = await this.pool.deliver({ session: 's', application, step, snapshot, trace: true, ...what });
    return this.result;
  }
}

/** Texts of the log lines of a step. */
export function logs(result: StepResult | undefined): string[] {
  return effects(result, 'log').map(({ text }) => text);
}

/** Effects of one kind. */
export function effects<K extends Effect['kind']>(
  result: StepResult | undefined,
  kind: K,
): Extract<Effect, { kind: K }>[] {
  const isKind = (effect: Effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind;
  return (result?.effects ?? []).filter(isKind);
}
