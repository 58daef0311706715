import type { Clock, Timer } from '../../kernel/index.js';
import { inputAfter } from '../digit-input.js';
import type { CollectReason, CollectRequest } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';

interface Collect {
  id: string;
  leg: CarriedLeg;
  request: CollectRequest;
  keys: string;
  /** Whether the prompt still plays, so that no time counts yet. */
  prompting: boolean;
  /** When all of it must be there; absent while no time counts. */
  totalUntil?: number;
  timer?: Timer;
  done: (result: CollectResult) => void;
}

export interface CollectResult {
  digits: string;
  reason: CollectReason;
}

/** So many digits that nobody collects are kept for the next who does. */
const TYPED_AHEAD = 64;

/**
 * Input that is being collected from legs. Times count from the end of the prompt, or from the first digit that interrupts it;
 * digits keyed in before count, unless they are to be cleared.
 */
export class Collects {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Collect>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Begins to collect; `promptOver` follows where the request has a prompt. @param done called once, unless it is stopped */
  start(leg: CarriedLeg, id: string, request: CollectRequest, done: (result: CollectResult) => void): void {
    const collect: Collect = { id, leg, request, keys: '', prompting: request.prompt !== undefined, done };
    this.#byId.set(id, collect);
    const ahead = leg.typedAhead;
    leg.typedAhead = '';
    if (!request.clear) collect.keys = ahead;
    if (collect.keys !== '' && request.prompt?.interruptible) collect.prompting = false;
    this.#look(collect);
  }

  /** Whether the prompt of a collect is still to be heard: no digit has made it needless. */
  wantsPrompt(id: string): boolean {
    return this.#byId.get(id)?.prompting === true;
  }

  promptOver(id: string): void {
    const collect = this.#byId.get(id);
    if (!collect?.prompting) return;
    collect.prompting = false;
    this.#look(collect);
  }

  /** A digit was keyed in. @returns the collect whose prompt it interrupts */
  pressed(leg: CarriedLeg, digit: string): string | undefined {
    const [collect] = [...this.#byId.values()].filter((one) => one.leg === leg);
    if (!collect) {
      leg.typedAhead = (leg.typedAhead + digit).slice(-TYPED_AHEAD);
      return undefined;
    }
    collect.keys += digit;
    const interrupted = collect.prompting && collect.request.prompt?.interruptible === true;
    if (interrupted) collect.prompting = false;
    this.#look(collect);
    return interrupted ? collect.id : undefined;
  }

  stop(id: string): void {
    const collect = this.#byId.get(id);
    collect?.timer?.cancel();
    this.#byId.delete(id);
  }

  /** Nothing is reported any more. */
  close(): void {
    for (const id of [...this.#byId.keys()]) this.stop(id);
  }

  legEnded(leg: CarriedLeg): void {
    for (const collect of [...this.#byId.values()]) {
      if (collect.leg !== leg) continue;
      this.#over(collect, { digits: inputAfter(collect.request, collect.keys).digits, reason: 'ended' });
    }
  }

  /** Whether it is over, and otherwise until when it may last. */
  #look(collect: Collect): void {
    if (collect.prompting) return;
    const { request, keys } = collect;
    const { digits, over } = inputAfter(request, keys);
    if (over) {
      this.#over(collect, { digits, reason: over });
      return;
    }
    const now = this.#clock.now();
    collect.totalUntil ??= now + request.totalTimeoutMs;
    const wait = keys === '' ? request.firstDigitTimeoutMs : (request.digitTimeoutMs ?? request.totalTimeoutMs);
    collect.timer?.cancel();
    collect.timer = this.#clock.at(Math.min(collect.totalUntil, now + wait), () =>
      this.#over(collect, { digits, reason: 'timeout' }),
    );
  }

  #over(collect: Collect, result: CollectResult): void {
    this.stop(collect.id);
    collect.done(result);
  }
}
