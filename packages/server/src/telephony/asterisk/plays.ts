import type { Activity, Clock, Logger, Timer } from '../../kernel/index.js';
import type { CarriedLeg } from './carried-leg.js';
import { ask, type Link, succeeded } from './link.js';
import type { Step } from './media-steps.js';
import type { Names } from './names.js';
import { path } from './rest.js';

/** Something that is being played to a leg. */
interface Play {
  id: string;
  leg: CarriedLeg;
  steps: readonly Step[];
  language: string | undefined;
  index: number;
  /** Counts the playbacks, so that each has a name of its own. */
  started: number;
  /** The one that Asterisk has now. */
  playback?: string;
  music?: boolean;
  timer?: Timer;
  /** Called once when it is over by itself or was cut off by another; not when it was stopped. */
  over: () => void;
}

/**
 * What is played to legs: one thing at a time, step by step. The next play cuts off the one before, as Asterisk would queue it
 * behind; and so do those requests that would have to wait for its end (`cutOff`).
 */
export class Plays {
  readonly #parts: { names: Names; clock: Clock; activity: Activity; log: Logger; musicClass: string };
  readonly #byId = new Map<string, Play>();
  readonly #byLeg = new Map<string, Play>();
  readonly #byPlayback = new Map<string, Play>();

  constructor(parts: { names: Names; clock: Clock; activity: Activity; log: Logger; musicClass: string }) {
    this.#parts = parts;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Begins to play. Resolves when Asterisk has taken the first step. @throws RingbackError `switch-unavailable` */
  async start(leg: CarriedLeg, id: string, steps: readonly Step[], over: () => void, language?: string): Promise<void> {
    await this.cutOff(leg);
    const play: Play = { id, leg, steps, language, index: 0, started: 0, over };
    this.#byId.set(id, play);
    this.#byLeg.set(leg.id, play);
    try {
      await this.#step(play);
    } catch (error) {
      this.#forget(play);
      throw error;
    }
  }

  /** Stops a play; it is not over then. Nothing when there is none. */
  async stop(id: string): Promise<void> {
    const play = this.#byId.get(id);
    if (play) await this.#silence(play);
  }

  /** Ends what a leg is played, which is over then. */
  async cutOff(leg: CarriedLeg): Promise<void> {
    const play = this.#byLeg.get(leg.id);
    if (!play) return;
    await this.#silence(play);
    play.over();
  }

  /** A playback has ended by itself. */
  finished(playback: string, failed: boolean, address: string): void {
    const play = this.#byPlayback.get(playback);
    if (!play) return;
    if (failed) this.#parts.log.warn({ leg: play.leg.id, media: address }, 'Asterisk could not play this');
    this.#byPlayback.delete(playback);
    delete play.playback;
    const step = play.steps[play.index];
    // What is played over and over and cannot be played at all would keep the server busy for nothing.
    if (step?.kind !== 'sounds' || !step.over || failed) this.#next(play);
    else this.#inBackground(play, () => this.#sound(play, step));
  }

  /** The leg has ended, and what it was played with it, unreported: the leg's end says all. */
  legEnded(leg: CarriedLeg): void {
    const play = this.#byLeg.get(leg.id);
    if (play) this.#forget(play);
  }

  /** Nothing happens any more; what Asterisk plays goes on. */
  close(): void {
    for (const play of [...this.#byId.values()]) this.#forget(play);
  }

  /** After the connection was lost: what ended meanwhile is noticed. */
  async resume(link: Link): Promise<void> {
    for (const [playback, play] of [...this.#byPlayback]) {
      if (play.leg.link !== link) continue;
      const { status } = await ask(link, 'GET', path('playbacks', playback));
      if (status === 404) this.finished(playback, false, '');
    }
  }

  async #step(play: Play): Promise<void> {
    const step = play.steps[play.index];
    if (!step) {
      this.#forget(play);
      play.over();
      return;
    }
    if (step.ms !== undefined) {
      const { clock } = this.#parts;
      play.timer = clock.at(clock.now() + step.ms, () => this.#timeIsUp(play));
    }
    if (step.kind === 'sounds') return this.#sound(play, step);
    if (step.kind === 'silence') return;
    play.music = true;
    const { link, channel } = play.leg;
    await ask(link, 'POST', path('channels', channel, 'moh'), { mohClass: this.#parts.musicClass });
  }

  async #sound(play: Play, step: Extract<Step, { kind: 'sounds' }>): Promise<void> {
    const { link, channel } = play.leg;
    const playback = `${this.#parts.names.of(play.id)}~${play.started}`;
    play.started += 1;
    play.playback = playback;
    this.#byPlayback.set(playback, play);
    const media = { media: [step.address], ...(play.language !== undefined && { lang: play.language }) };
    const response = await ask(link, 'POST', path('channels', channel, 'play', playback), media);
    if (!succeeded(response) && response.status !== 404) this.finished(playback, true, step.address);
  }

  #timeIsUp(play: Play): void {
    delete play.timer;
    this.#inBackground(play, async () => {
      await this.#quiet(play);
      this.#next(play);
    });
  }

  #next(play: Play): void {
    if (!this.#byId.has(play.id)) return;
    play.timer?.cancel();
    delete play.timer;
    play.index += 1;
    this.#inBackground(play, () => this.#step(play));
  }

  async #silence(play: Play): Promise<void> {
    this.#forget(play);
    await this.#quiet(play);
  }

  /** Ends what Asterisk plays at the moment. */
  async #quiet(play: Play): Promise<void> {
    const { playback, leg } = play;
    const music = play.music === true;
    delete play.playback;
    play.music = false;
    if (playback !== undefined) {
      this.#byPlayback.delete(playback);
      await ask(leg.link, 'DELETE', path('playbacks', playback));
    }
    if (music) await ask(leg.link, 'DELETE', path('channels', leg.channel, 'moh'));
  }

  #forget(play: Play): void {
    play.timer?.cancel();
    this.#byId.delete(play.id);
    if (this.#byLeg.get(play.leg.id) === play) this.#byLeg.delete(play.leg.id);
    if (play.playback !== undefined) this.#byPlayback.delete(play.playback);
  }

  #inBackground(play: Play, work: () => Promise<void>): void {
    const { activity, log } = this.#parts;
    activity.run(work).catch((error: unknown) => {
      log.warn({ err: error, leg: play.leg.id }, 'What a leg was to hear broke off');
      if (!this.#byId.has(play.id)) return;
      this.#forget(play);
      play.over();
    });
  }
}
