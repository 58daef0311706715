import type { Chart } from '../chart/chart.js';
import { documentLine, type GuestProgram } from '../guest/guest-program.js';
import { isJsonObject, type JsonValue } from '../json.js';
import { isDeeper } from '../json-depth.js';
import type { Limits } from '../limits.js';
import {
  type DataFault,
  type DataModel,
  type EvaluationContext,
  EvaluationError,
  MacrostepTimeout,
  type Scope,
} from './data-model.js';
import { GuestError, type GuestRealm, type GuestResult } from './guest-realm.js';

/** The ECMAScript data model on a realm: the same for the sandbox and for trusted applications. */
export class EcmascriptModel<S> implements DataModel {
  /** The event text that the realm has set, to set it only when an evaluation needs it. */
  #event: string | undefined;
  #context: EvaluationContext | undefined;

  constructor(
    readonly chart: Chart,
    readonly program: GuestProgram,
    readonly realm: GuestRealm<S>,
    readonly limits: Limits,
  ) {}

  createScope(): Scope {
    return new EcmascriptScope(this);
  }

  enter(context: EvaluationContext): void {
    if (this.#context !== context) {
      this.#context = context;
      this.realm.context = context;
      this.#event = undefined;
    }
    this.realm.resetBudget();
  }

  get memoryBytes(): number {
    return this.realm.memoryBytes;
  }

  get isExhausted(): boolean {
    return this.realm.isExhausted;
  }

  dispose(): void {
    this.realm.dispose();
  }

  spendBytes(bytes: number): void {
    this.#context?.spendBytes(bytes);
  }

  /** Calls the function of a unit and translates what it throws. */
  call(unit: number, scope: S, argument: string | number | undefined): GuestResult {
    let event: string | undefined;
    if (this.program.units[unit]?.readsEvent === true) {
      const current = this.#context?.eventText ?? '';
      if (current !== this.#event) event = this.#plain(current);
    }
    try {
      const result = this.realm.call(unit, scope, event, argument);
      if (event !== undefined) this.#event = event;
      return result;
    } catch (error) {
      const translated = this.translate(error, unit);
      // An ordinary error comes after the event has been set; after anything else nothing is certain.
      const isOrdinary = translated instanceof EvaluationError && translated.overrun === undefined;
      if (!isOrdinary) this.#event = undefined;
      else if (event !== undefined) this.#event = event;
      throw translated;
    }
  }

  /** The text for the unit to set; XML values take another way. */
  #plain(text: string): string | undefined {
    if (!text.includes('"$xml"')) return text;
    this.realm.setXmlEvent(text);
    this.#event = text;
    return undefined;
  }

  translate(error: unknown, unit: number): unknown {
    if (!(error instanceof GuestError)) return error;
    const parts = this.program.units[unit]?.parts ?? [];
    const part = parts[parts.length > 1 ? error.position : 0] ?? 'value';
    return new EvaluationError(error.errorName, error.message, part, error.overrun, this.#place(error.stackText));
  }

  #place(stack: string): Pick<import('../diagnostics.js').Place, 'url' | 'line'> | undefined {
    for (const match of stack.matchAll(/(?:<anonymous>|<input>|<evalScript>):(\d+)/g)) {
      // The guest's Function constructor puts two lines before the text, the program one.
      const found = documentLine(this.program, Number(match[1]) - lineOffset);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** Lines that stand before the program in the text of a compiled function. */
const lineOffset = 3;

function tooMuch(message: string): EvaluationError {
  return new EvaluationError('RangeError', message, 'value', undefined, undefined);
}

class EcmascriptScope<S> implements Scope {
  readonly #handle: S;
  #loops = 0;

  constructor(private readonly model: EcmascriptModel<S>) {
    this.#handle = model.realm.newScope();
  }

  values(unit: number): Record<string, JsonValue> {
    const text = this.model.call(unit, this.#handle, undefined);
    if (typeof text !== 'string') return {};
    this.model.spendBytes(text.length);
    const { eventBytes, eventDepth } = this.model.limits;
    if (eventBytes > 0 && text.length > eventBytes) throw tooMuch(`The values have more than ${eventBytes} bytes.`);
    // The realm answers with the JSON text of an object whose keys are positions.
    const values = JSON.parse(text) as Record<string, JsonValue>;
    // That object is one level more.
    if (isDeeper(text, values, eventDepth > 0 ? eventDepth + 1 : 0)) {
      throw tooMuch(`The values are nested deeper than ${eventDepth}.`);
    }
    return values;
  }

  condition(unit: number): boolean {
    return this.model.call(unit, this.#handle, undefined) === true;
  }

  run(unit: number): void {
    this.model.call(unit, this.#handle, undefined);
  }

  store(unit: number, value: string): void {
    this.model.call(unit, this.#handle, value);
  }

  initialise(unit: number, parameters: Record<string, JsonValue> | undefined): DataFault[] {
    const { chart, program } = this.model;
    if (program.isDynamic && unit === chart.startData) this.#declare();
    const given = parameters === undefined ? undefined : JSON.stringify(parameters);
    const text = this.model.call(unit, this.#handle, given);
    if (typeof text !== 'string') return [];
    // The realm answers with pairs of a position and the JSON text of an error's description.
    const faults = JSON.parse(text) as [number, string][];
    return faults.map(([item, description]) => {
      const [name, message] = JSON.parse(description) as [string, string];
      return { item, error: new EvaluationError(name, message, 'data', undefined, undefined) };
    });
  }

  /** With late binding, and in code with a dynamic scope, every name must be there before anything is evaluated. */
  #declare(): void {
    this.model.call(this.model.chart.units.length, this.#handle, undefined);
  }

  openLoop(unit: number): number {
    const length = this.model.call(unit, this.#handle, -1);
    if (typeof length !== 'number') {
      throw new EvaluationError('TypeError', 'foreach needs an array.', 'value', undefined, undefined);
    }
    this.#loops += 1;
    return length;
  }

  loopItem(unit: number, position: number): void {
    this.model.call(unit, this.#handle, position);
  }

  closeLoop(): void {
    this.#loops -= 1;
    this.model.realm.closeLoops(this.#loops);
  }

  save(): { text: string; unsaved: string[] } {
    const text = this.model.realm.save(this.#handle);
    const unsaved: string[] = [];
    if (text.includes('"unsaved":')) {
      const parsed: JsonValue = JSON.parse(text);
      const paths = isJsonObject(parsed) ? parsed.unsaved : undefined;
      if (Array.isArray(paths)) for (const path of paths) if (typeof path === 'string') unsaved.push(path);
    }
    return { text, unsaved };
  }

  restore(text: string): void {
    if (text.includes('{"$":["closure",')) this.#runStart();
    this.model.realm.restore(this.#handle, text);
    if (this.model.program.isDynamic) this.#declare();
  }

  /** Makes the closures of the start again; what was stored then replaces everything else. */
  #runStart(): void {
    const { chart, program } = this.model;
    if (program.isDynamic) this.#declare();
    for (const unit of [chart.startData, ...chart.scripts.map((script) => script.unit)]) {
      try {
        this.model.call(unit, this.#handle, undefined);
      } catch (error) {
        // What failed has failed at the start, too, and has been reported then.
        if (!(error instanceof EvaluationError) && !(error instanceof MacrostepTimeout)) throw error;
      }
    }
  }

  view(): JsonValue {
    // The realm answers with JSON text.
    return JSON.parse(this.model.realm.view(this.#handle)) as JsonValue;
  }

  dispose(): void {
    this.model.realm.freeScope(this.#handle);
  }
}
