import type { Effect, MicrostepTrace, StepResult } from '@ringback/scxml';
import type { SessionEvent } from './session-event.js';
import type { TurnRow } from './session-statements.js';

/** How much of a session's steps is logged: states and transitions, or what is executed as well. */
export type MetricLevel = 'none' | 'state' | 'all';

type Attributes = Readonly<Record<string, string | number | undefined>>;

/**
 * The steps of a macrostep as the original logs them (ors-core-queue.md 1.8): `METRIC <state_enter sid='..' name='..' />`,
 * the id of the session first.
 */
export function metricLines(
  { turn, event, result }: { turn: TurnRow; event: SessionEvent | null; result: StepResult },
  level: MetricLevel,
): string[] {
  if (level === 'none') return [];
  const lines: string[] = [];
  const add = (name: string, attributes: Attributes) => lines.push(line(name, { sid: turn.id, ...attributes }));
  if (event) add('event_processed', { name: event.name });
  else add('appl_begin', { name: turn.flow, version: turn.version });
  for (const step of result.microsteps ?? []) addMicrostep(add, step);
  for (const effect of level === 'all' ? result.effects : []) {
    const described = executed(effect);
    if (described) add(...described);
  }
  if (result.failure) add('exec_error', { error: `${result.failure.reason}: ${result.failure.message}` });
  if (result.status !== 'running' || event?.end)
    add('appl_end', { final: result.finalState, reason: event?.end?.reason });
  return lines;
}

type Add = (name: string, attributes: Attributes) => void;

function addMicrostep(add: Add, { transitions, exited, entered }: MicrostepTrace): void {
  for (const name of exited) add('state_exit', { name });
  for (const { source, targets, event, cond, line: place } of transitions) {
    add('transition', {
      name: source.startsWith('$') ? undefined : source,
      event,
      cond,
      target: targets.join(' '),
      line: place,
    });
  }
  for (const name of entered) add('state_enter', { name });
}

/** What an effect is called in the log, and what is said of it; undefined for what is not logged. */
function executed(effect: Effect): readonly [name: string, attributes: Attributes] | undefined {
  switch (effect.kind) {
    case 'log':
      return ['log', { label: effect.label, expr: effect.text, level: effect.level }];
    case 'send': {
      const { event, target, delayMs } = effect;
      return ['event_queued', { name: event.name, target, delay: delayMs > 0 ? delayMs : undefined }];
    }
    case 'cancel':
      return ['cancel', { sendid: effect.sendId }];
    case 'action':
      return ['extension', { name: effect.name, namespace: effect.namespace }];
    case 'call':
      return ['extension', { function: effect.op }];
    case 'invoke':
      return ['extension', { name: 'invoke', id: effect.invokeId, src: effect.src }];
    case 'cancel-invoke':
    case 'forward':
      return undefined;
    default:
      return effect satisfies never;
  }
}

function line(name: string, attributes: Attributes): string {
  const texts = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}='${escaped(String(value))}'`],
  );
  return `METRIC <${name} ${texts.join(' ')} />`;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', "'": '&apos;' };

/** One line stays one line, and an attribute one attribute. */
function escaped(text: string): string {
  return text.replace(/[&<']/g, (found) => ESCAPES[found] ?? found).replace(/\s+/g, ' ');
}
