import type { StepResult } from '@ringback/scxml';
import { DatabaseUnavailable, type JsonValue, RingbackError } from '../kernel/index.js';
import type { SessionSubject } from './action-module.js';
import type { ModuleRegistry } from './module-registry.js';

/** The operation by which the prelude's `ask` records a question. */
export const ASK = 'ask';

/** Answers by question, as the prelude's `ask` looks them up. */
export type Answers = Record<string, JsonValue>;

/** A macrostep may learn something and then ask for more; after so many rounds the rest stays without an answer. */
const MOST_ROUNDS = 8;
/** More questions than this in one macrostep are not answered. */
const MOST_QUESTIONS = 500;

/**
 * Runs a macrostep whose functions ask the server for something (`_genesys.statistic.sData` and the like). A function
 * cannot wait inside the sandbox: it records its question and has no answer yet. The result is then thrown away, and
 * the same step runs again with the answers; that changes nothing else, since a step is a function of its inputs.
 *
 * @param run one attempt; what it asked is among the effects of its result
 */
export async function withAnswers(
  run: (answers: Answers) => Promise<StepResult>,
  answer: (operation: string, args: readonly JsonValue[]) => Promise<JsonValue>,
): Promise<StepResult> {
  const answers: Answers = {};
  for (let round = 1; ; round += 1) {
    const result = await run(answers);
    const open = questionsIn(result).filter(({ key }) => !Object.hasOwn(answers, key));
    const isAnswerable = round < MOST_ROUNDS && Object.keys(answers).length + open.length <= MOST_QUESTIONS;
    if (open.length === 0 || !isAnswerable) return withoutQuestions(result);
    for (const { key, operation, args } of open) answers[key] = await answer(operation, args);
  }
}

/** What a module answers; a question that makes no sense has the answer null, which the guest sees as undefined. */
export async function lookUp(
  modules: ModuleRegistry,
  session: SessionSubject,
  operation: string,
  args: readonly JsonValue[],
  now: number,
): Promise<JsonValue> {
  const lookup = modules.lookup(operation);
  if (!lookup) return null;
  try {
    return await lookup(session, args, now);
  } catch (error) {
    if (!(error instanceof RingbackError) || error instanceof DatabaseUnavailable) throw error;
    return null;
  }
}

function questionsIn(result: StepResult): { key: string; operation: string; args: readonly JsonValue[] }[] {
  return result.effects.flatMap((effect) => {
    if (effect.kind !== 'call' || effect.op !== ASK) return [];
    const [key, operation, args] = effect.args;
    if (typeof key !== 'string' || typeof operation !== 'string' || !Array.isArray(args)) return [];
    return [{ key, operation, args }];
  });
}

function withoutQuestions(result: StepResult): StepResult {
  const isQuestion = (effect: StepResult['effects'][number]) => effect.kind === 'call' && effect.op === ASK;
  return result.effects.some(isQuestion)
    ? { ...result, effects: result.effects.filter((effect) => !isQuestion(effect)) }
    : result;
}
