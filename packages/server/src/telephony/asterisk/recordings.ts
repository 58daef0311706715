import type { Activity, Logger } from '../../kernel/index.js';
import type { RecordRequest } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';
import { ask, type Link, succeeded } from './link.js';
import type { Names } from './names.js';
import { path } from './rest.js';

export interface RecordingResult {
  durationMs: number;
  reason: 'complete' | 'silence' | 'timeout' | 'ended';
}

interface Recording {
  id: string;
  leg: CarriedLeg;
  request: RecordRequest;
  /** Whether its party keyed in that it is complete, or something else of ours ended it. */
  complete: boolean;
  done: (result: RecordingResult) => void;
}

/** The length of a recording whose end was not heard. */
const UNKNOWN_MS = 0;

/**
 * Recordings of legs, kept by Asterisk as `<installation>.<id>` in its recordings folder. It says when one is over; why is
 * known from what was heard before.
 */
export class Recordings {
  readonly #names: Names;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #byName = new Map<string, Recording>();

  constructor({ names, activity, log }: { names: Names; activity: Activity; log: Logger }) {
    this.#names = names;
    this.#activity = activity;
    this.#log = log;
  }

  has(id: string): boolean {
    return this.#byName.has(this.#names.of(id));
  }

  /**
   * Begins to record, or finds the recording that was begun before a restart. @param done called once, unless it is stopped
   * @throws RingbackError `switch-unavailable`
   */
  async start(
    leg: CarriedLeg,
    id: string,
    request: RecordRequest,
    done: (result: RecordingResult) => void,
  ): Promise<void> {
    const name = this.#names.of(id);
    const recording: Recording = { id, leg, request, complete: false, done };
    this.#byName.set(name, recording);
    const { status } = await ask(leg.link, 'POST', path('channels', leg.channel, 'record'), {
      name,
      format: 'wav',
      maxDurationSeconds: Math.max(1, Math.ceil(request.maxMs / 1000)),
      maxSilenceSeconds: request.silenceMs === undefined ? 0 : Math.max(1, Math.ceil(request.silenceMs / 1000)),
      ifExists: 'fail',
      beep: request.beep,
      terminateOn: 'none',
    }).catch((error: unknown) => {
      this.#byName.delete(name);
      throw error;
    });
    if (status === 409) await this.#resumeOne(name, recording);
    else if (status >= 400) this.#refused(name, recording, status);
  }

  /** A leg that is gone has been recorded to its end; otherwise Asterisk cannot write what it should. */
  #refused(name: string, recording: Recording, status: number): void {
    const { link, id, channel } = recording.leg;
    if (status !== 404) {
      const hint = 'its folder "recording" below astspooldir must be there and be writable, and the leg in no bridge';
      this.#log.error({ leg: id, channel, server: link.name, status }, `Asterisk records nothing: ${hint}`);
    }
    this.finished(name, 0, true);
  }

  /** A digit was keyed in. */
  pressed(leg: CarriedLeg, digit: string): void {
    for (const [name, recording] of this.#byName) {
      if (recording.leg !== leg || !recording.request.terminators.includes(digit)) continue;
      recording.complete = true;
      this.#activity
        .run(() => ask(leg.link, 'POST', path('recordings', 'live', name, 'stop')))
        .catch((error: unknown) => {
          this.#log.warn({ err: error, leg: leg.id }, 'A recording goes on that was to end');
        });
    }
  }

  /** Ends what is recorded of a leg, as complete. */
  async cutOff(leg: CarriedLeg): Promise<void> {
    for (const [name, recording] of [...this.#byName]) {
      if (recording.leg !== leg) continue;
      recording.complete = true;
      await ask(leg.link, 'POST', path('recordings', 'live', name, 'stop'));
    }
  }

  /** Ends a recording, which is not reported then, but kept. */
  async stop(id: string): Promise<void> {
    const name = this.#names.of(id);
    const recording = this.#byName.get(name);
    this.#byName.delete(name);
    if (recording) await ask(recording.leg.link, 'POST', path('recordings', 'live', name, 'stop'));
  }

  /** Asterisk has ended a recording. */
  finished(name: string, seconds: number, failed = false): void {
    const recording = this.#byName.get(name);
    if (!recording) return;
    this.#byName.delete(name);
    recording.done({ durationMs: seconds * 1000, reason: failed ? 'ended' : reasonOf(recording, seconds) });
  }

  legEnded(leg: CarriedLeg): void {
    for (const [name, recording] of [...this.#byName]) {
      if (recording.leg !== leg) continue;
      this.#byName.delete(name);
      recording.done({ durationMs: UNKNOWN_MS, reason: 'ended' });
    }
  }

  /** After the connection was lost: what ended meanwhile is noticed. */
  async resume(link: Link): Promise<void> {
    for (const [name, recording] of [...this.#byName]) {
      if (recording.leg.link === link) await this.#resumeOne(name, recording);
    }
  }

  async #resumeOne(name: string, recording: Recording): Promise<void> {
    const { link } = recording.leg;
    if (succeeded(await ask(link, 'GET', path('recordings', 'live', name)))) return;
    const stored = succeeded(await ask(link, 'GET', path('recordings', 'stored', name)));
    this.finished(name, UNKNOWN_MS, !stored);
  }
}

function reasonOf({ leg, complete, request }: Recording, seconds: number): RecordingResult['reason'] {
  if (leg.ending || leg.wanted !== undefined) return 'ended';
  if (complete) return 'complete';
  if (seconds * 1000 >= request.maxMs) return 'timeout';
  return request.silenceMs === undefined ? 'timeout' : 'silence';
}
