import type { Chart } from '../chart/chart.js';
import type { ExpressionPart } from '../chart/unit.js';
import type { JsonValue } from '../json.js';
import { type DataFault, type DataModel, type EvaluationContext, EvaluationError, type Scope } from './data-model.js';

/** The null data model (SCXML 1.0, B.1): no data, and `In('id')` as the only condition. */
export class NullModel implements DataModel {
  readonly isExhausted = false;
  readonly memoryBytes = 0;
  #context: EvaluationContext | undefined;

  constructor(private readonly chart: Chart) {}

  createScope(): Scope {
    return new NullScope((unit) => this.#condition(unit));
  }

  enter(context: EvaluationContext): void {
    this.#context = context;
  }

  #condition(unit: number): boolean {
    const found = this.chart.units[unit];
    const source = found?.kind === 'condition' ? found.expression.source.trim() : '';
    const id = /^In\(\s*(['"]?)([^'"()]+)\1\s*\)$/.exec(source)?.[2];
    if (id === undefined) throw fault('cond', `The null data model cannot evaluate ${JSON.stringify(source)}.`);
    return this.#context?.isActive(id.trim()) ?? false;
  }

  dispose(): void {
    this.#context = undefined;
  }
}

function fault(part: ExpressionPart, message: string): EvaluationError {
  return new EvaluationError('TypeError', message, part, undefined, undefined);
}

class NullScope implements Scope {
  constructor(private readonly evaluate: (unit: number) => boolean) {}

  values(): Record<string, JsonValue> {
    throw fault('value', 'The null data model has no values.');
  }

  condition(unit: number): boolean {
    return this.evaluate(unit);
  }

  run(): void {
    throw fault('script', 'The null data model has no scripts and no assignments.');
  }

  store(): void {
    throw fault('location', 'The null data model has no locations.');
  }

  initialise(): DataFault[] {
    return [];
  }

  openLoop(): number {
    throw fault('value', 'The null data model has no arrays.');
  }

  loopItem(): void {}

  closeLoop(): void {}

  save(): { text: string; unsaved: string[] } {
    return { text: '{"vars":{}}', unsaved: [] };
  }

  restore(): void {}

  view(): JsonValue {
    return {};
  }

  dispose(): void {}
}
