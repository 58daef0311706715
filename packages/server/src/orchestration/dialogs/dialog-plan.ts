import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type {
  ApplicationRequest,
  CollectRequest,
  Media,
  RecordRequest,
  TreatmentResult,
} from '../../telephony/index.js';
import type { Action, ActionOutcome } from '../action-module.js';
import { positive, seconds } from './duration.js';
import { collectRequest, inputOf, keys } from './input.js';
import { type Prompt, type PromptType, promptFor, promptOf, soundOf } from './prompts.js';

/** What the network is asked to do for one step of a dialog. */
export type TreatmentRequest =
  | { kind: 'play'; media: Media }
  | { kind: 'collect'; request: CollectRequest }
  | { kind: 'record'; request: RecordRequest }
  | { kind: 'application'; request: ApplicationRequest };

/** What follows when a step is over. */
export type NextStep =
  | { step: string }
  | { answer: Extract<ActionOutcome, { done: JsonObject } | { error: string | number }> };

/** The step with which every dialog begins. */
export const FIRST_STEP = '1';
const ATTEMPTS = 3;
const MOST_RECORDING_MS = 120_000;

/**
 * What a step of a dialog asks of the network. Most dialogs have one step. Those that ask until the answer is right have
 * one per attempt (`1`, `2`, ...; `2t` follows a silent caller) and one for the farewell (`success`, `failure`).
 * @throws RingbackError `invalid-parameter` when the application's attributes make no sense
 */
export function requestOf(action: Action, step: string): TreatmentRequest {
  const language = textOf(action.attributes.language);
  switch (action.name) {
    case 'play':
      return { kind: 'play', media: required(promptOf(action, language)).media };
    case 'playsound':
      return { kind: 'play', media: soundOf(action.attributes) };
    case 'pause':
      return { kind: 'play', media: silence(seconds(action.attributes, 'duration')) };
    case 'collect':
    case 'playandcollect':
      return collecting(collectRequest(inputOf(action)), promptOf(action, language));
    case 'playandverify':
    case 'menu':
      return asking(action, step, language);
    case 'createann':
    case 'record':
      return { kind: 'record', request: recordRequest(action, language) };
    case 'start':
      return { kind: 'application', request: applicationRequest(action, language) };
    default:
      throw new RingbackError('notapplied', `the network has no treatment ${action.name}`);
  }
}

/** What follows from the end of a step. */
export function afterStep(action: Action, step: string, result: TreatmentResult): NextStep {
  switch (result.type) {
    case 'played':
      return afterPlay(action, step);
    case 'collected':
      return result.reason === 'ended' ? { answer: LOST } : afterInput(action, step, result);
    case 'recorded':
      return { answer: recorded(action, result) };
    case 'application':
      return { answer: applicationOver(result) };
  }
}

/** The answer to a dialog whose interaction is over. */
export const LOST = { error: 'interaction deleted', description: 'the interaction has ended' };

/** The answer to a dialog that another one replaces, or that ends because somebody takes the call. */
export function interrupted(action: Action): Extract<ActionOutcome, { done: JsonObject } | { error: string | number }> {
  const extensions = { reason: 'interrupted' };
  if (['play', 'playsound', 'pause'].includes(action.name)) return { done: { extensions } };
  return { error: 'interrupted', description: 'another treatment or party took its place', data: { extensions } };
}

function afterPlay(action: Action, step: string): NextStep {
  if (step === 'failure') return { answer: failed(action, 'unknown') };
  return { answer: { done: { extensions: {} } } };
}

function afterInput(
  action: Action,
  step: string,
  { digits, reason }: Extract<TreatmentResult, { type: 'collected' }>,
): NextStep {
  const extensions = { reason };
  if (reason === 'aborted') {
    return { answer: { error: 'aborted', description: 'the caller aborted the input', data: { extensions } } };
  }
  if (action.name !== 'playandverify' && action.name !== 'menu') return { answer: { done: { digits, extensions } } };
  const accepted = acceptedInput(action, digits);
  if (accepted) return { answer: { done: { ...accepted, digits, extensions: { ...extensions, result: 'success' } } } };
  const isSilent = digits === '';
  const attempt = Number.parseInt(step, 10);
  if (attempt < attemptsOf(action)) return { step: `${attempt + 1}${isSilent ? 't' : ''}` };
  if (promptFor(action, ['ifailure'])) return { step: 'failure' };
  return { answer: failed(action, isSilent ? 'timeout' : 'unknown', digits) };
}

/** What is known beside the digits when they are right; undefined when they are not. */
function acceptedInput(action: Action, digits: string): JsonObject | undefined {
  if (action.name === 'menu') {
    const choice = action.children.find(
      ({ name, attributes }) => name === 'choice' && String(attributes.digit ?? '') === digits,
    );
    return choice && { value: choice.attributes.value ?? digits };
  }
  const { verify_data: expected } = inputOf(action);
  const isRight = expected === undefined || expected === null ? digits !== '' : String(expected) === digits;
  return isRight ? { verified: true } : undefined;
}

function failed(
  action: Action,
  error: 'timeout' | 'unknown',
  digits = '',
): Extract<ActionOutcome, { error: string | number }> {
  const description =
    error === 'timeout' ? 'the caller keyed in nothing' : `the input was wrong ${attemptsOf(action)} times`;
  return { error, description, data: { digits, extensions: { result: 'failure' } } };
}

function attemptsOf(action: Action): number {
  const given = action.name === 'menu' ? positive(action.attributes, 'attempts') : undefined;
  return Math.ceil(given ?? positive(inputOf(action), 'verify_attempts') ?? ATTEMPTS);
}

function asking(action: Action, step: string, language: string | undefined): TreatmentRequest {
  if (step === 'failure') return { kind: 'play', media: required(promptFor(action, ['ifailure'], language)).media };
  const isFirst = step === FIRST_STEP;
  const special: PromptType[] = step.endsWith('t') ? ['itimeout'] : ['iretry'];
  const again = isFirst ? undefined : (promptFor(action, special, language) ?? promptFor(action, ['iretry'], language));
  const { verify_data: expected } = inputOf(action);
  const digits = action.name === 'menu' ? 1 : Math.max(1, String(expected ?? '').length);
  return collecting(collectRequest(inputOf(action), digits), again ?? promptOf(action, language));
}

function collecting(request: CollectRequest, prompt: Prompt | undefined): TreatmentRequest {
  return { kind: 'collect', request: { ...request, ...(prompt && { prompt }) } };
}

function recordRequest(action: Action, language: string | undefined): RecordRequest {
  const { attributes } = action;
  const input = inputOf(action);
  const prompt = promptOf(action, language);
  const maxMs = seconds(attributes, 'maxtime') ?? seconds(input, 'total_timeout') ?? MOST_RECORDING_MS;
  const silenceMs = seconds(attributes, 'silence') ?? seconds(input, 'start_timeout');
  return {
    ...(prompt && { prompt: prompt.media }),
    beep: attributes.beep !== false && attributes.beep !== 'false',
    maxMs,
    ...(silenceMs !== undefined && { silenceMs }),
    terminators: keys(input, 'term_digits', '#') + keys(input, 'abort_digits'),
  };
}

function recorded(
  action: Action,
  { url, durationMs, reason }: Extract<TreatmentResult, { type: 'recorded' }>,
): Extract<NextStep, { answer: unknown }>['answer'] {
  const extensions = { reason, url, duration: durationMs / 1000 };
  const isAnnouncement = action.name === 'createann';
  return { done: isAnnouncement ? { userannid: action.requestId, extensions } : { recording: url, extensions } };
}

function applicationRequest(action: Action, language: string | undefined): ApplicationRequest {
  const { APP_URI, APP_ID, LANGUAGE, ...parameters } = action.parameters;
  const type = String(action.attributes.type ?? '').toLowerCase();
  if (!['applid', 'ivr', 'vxml'].includes(type)) {
    throw new RingbackError('invalid-parameter', `type must be applid, ivr or vxml, not ${type}`);
  }
  const uri = textOf(APP_URI);
  const id = textOf(APP_ID);
  if (uri === undefined && id === undefined)
    throw new RingbackError('invalid-parameter', 'APP_URI or APP_ID is missing');
  if (uri !== undefined && !URL.canParse(uri)) throw new RingbackError('invalid-parameter', `${uri} is no address`);
  const spoken = textOf(LANGUAGE) ?? language;
  return { url: uri ?? `application:${id}`, parameters, ...(spoken !== undefined && { language: spoken }) };
}

function applicationOver({
  result,
  error,
}: Extract<TreatmentResult, { type: 'application' }>): Extract<NextStep, { answer: unknown }>['answer'] {
  return error ? { ...error, data: { extensions: result } } : { done: { extensions: result } };
}

function silence(durationMs: number | undefined): Media {
  return { kind: 'tone', tone: 'silence', durationMs: durationMs ?? 1000 };
}

function required(prompt: Prompt | undefined): Prompt {
  if (prompt) return prompt;
  throw new RingbackError('invalid-parameter', 'there is nothing to play: prompts is missing');
}

function textOf(value: JsonObject[string] | undefined): string | undefined {
  return value === undefined || value === null || value === '' ? undefined : String(value);
}
