import type { ApplicationDefinition } from '../api/application.js';
import type { DeliverRequest, StartRequest, StepResult } from '../api/step.js';
import { Executor } from '../engine/executor.js';

/** What happened to a session from outside: all that is needed to repeat it. */
export interface RecordedHistory {
  readonly start: Omit<StartRequest, 'application' | 'trace'>;
  /** The delivery that led to step 2, to step 3 and so on. */
  readonly deliveries: readonly Omit<DeliverRequest, 'session' | 'application' | 'step' | 'snapshot' | 'trace'>[];
}

/**
 * Repeats a recorded session up to and including a step (default: all of it) and returns the traced result of each
 * step, the first one first. A step is a function of its inputs, so the results are those of the original; nothing
 * outside is touched. Ends early when the session ends. Runs in this thread.
 */
export async function replay(
  definition: ApplicationDefinition,
  history: RecordedHistory,
  toStep = Number.POSITIVE_INFINITY,
): Promise<StepResult[]> {
  const executor = new Executor();
  try {
    await executor.define(definition);
    const application = definition.id;
    let last = await executor.start({ ...history.start, application, trace: true });
    const results = [last];
    for (const delivery of history.deliveries) {
      if (last.status !== 'running' || last.step >= toStep) break;
      const { step, snapshot } = last;
      const session = history.start.session;
      last = await executor.deliver({ ...delivery, session, application, step, snapshot, trace: true });
      results.push(last);
    }
    return results;
  } finally {
    executor.close();
  }
}
