import { type Activity, type Clock, KeyedSequence, type Logger } from '../../kernel/index.js';
import type { CollectRequest, Media, RecordRequest, SwitchEvent } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';
import { Collects } from './collects.js';
import { ask, type Link } from './link.js';
import { type Step, stepsOf } from './media-steps.js';
import type { Names } from './names.js';
import { Plays } from './plays.js';
import { Recordings } from './recordings.js';
import { Remembered } from './remembered.js';
import { path } from './rest.js';
import type { AsteriskSettings } from './settings.js';

/** So many treatments that are over are remembered, in case one is asked for again. */
const REMEMBERED = 10_000;

type Treated = Extract<SwitchEvent, { type: 'played' | 'collected' | 'recorded' }>;

/**
 * What is done to legs: plays, input, recordings, digits sent. Each is known by its id: while it is under way a repetition
 * changes nothing, when it is over the event is sent again, and when it was stopped nothing happens any more. What was begun
 * before a restart of Ringback is taken up where Asterisk still knows it, and begun anew otherwise.
 */
export class Treatments {
  readonly #parts: { names: Names; clock: Clock; activity: Activity; log: Logger; settings: AsteriskSettings };
  readonly #emit: (event: SwitchEvent) => void;
  readonly #plays: Plays;
  readonly #collects: Collects;
  readonly #recordings: Recordings;
  /** The event of each that is over; `stopped` or `sent` where there is none. */
  readonly #over = new Remembered<Treated | 'stopped' | 'sent'>(REMEMBERED);
  /** Repetitions wait until the first has begun. */
  readonly #turns = new KeyedSequence();

  constructor(
    parts: { names: Names; clock: Clock; activity: Activity; log: Logger; settings: AsteriskSettings },
    emit: (event: SwitchEvent) => void,
  ) {
    this.#parts = parts;
    this.#emit = emit;
    const { settings } = parts;
    this.#plays = new Plays({ ...parts, musicClass: settings.musicClass ?? 'default' });
    this.#collects = new Collects(parts.clock);
    this.#recordings = new Recordings(parts);
  }

  /** @throws RingbackError `not-supported`, `switch-unavailable` */
  play(leg: CarriedLeg, id: string, media: Media): Promise<void> {
    return this.#once(id, async () => {
      const { settings, names } = this.#parts;
      const steps = stepsOf(media, settings, names);
      await this.#start(leg, id, steps, languageOf(media), () => {
        this.#end(id, { type: 'played', legId: leg.id, playId: id, at: this.#parts.clock.now() });
      });
    });
  }

  /** @throws as `play` */
  collect(leg: CarriedLeg, id: string, request: CollectRequest): Promise<void> {
    return this.#once(id, async () => {
      const { settings, names, clock } = this.#parts;
      const steps = request.prompt && stepsOf(request.prompt.media, settings, names);
      this.#collects.start(leg, id, request, (result) => {
        this.#end(id, { type: 'collected', legId: leg.id, collectId: id, ...result, at: clock.now() });
      });
      if (!steps || !this.#collects.wantsPrompt(id)) return;
      try {
        const language = request.prompt && languageOf(request.prompt.media);
        await this.#start(leg, promptOf(id), steps, language, () => this.#collects.promptOver(id));
      } catch (error) {
        this.#collects.stop(id);
        throw error;
      }
    });
  }

  /** @throws as `play` */
  record(leg: CarriedLeg, id: string, request: RecordRequest): Promise<void> {
    return this.#once(id, async () => {
      const { settings, names, clock } = this.#parts;
      const begin = () =>
        this.#recordings.start(leg, id, request, (result) => {
          this.#end(id, {
            type: 'recorded',
            legId: leg.id,
            recordId: id,
            url: `recording:${id}`,
            ...result,
            at: clock.now(),
          });
        });
      const { prompt } = request;
      if (!prompt) {
        await this.#plays.cutOff(leg);
        return begin();
      }
      await this.#start(leg, promptOf(id), stepsOf(prompt, settings, names), languageOf(prompt), () =>
        this.#inBackground(leg, begin),
      );
    });
  }

  /** @throws RingbackError `switch-unavailable` */
  async deleteRecording(links: readonly Link[], id: string): Promise<void> {
    for (const link of links) await ask(link, 'DELETE', path('recordings', 'stored', this.#parts.names.of(id)));
  }

  /** @throws RingbackError `switch-unavailable` */
  sendDigits(leg: CarriedLeg, id: string, digits: string): Promise<void> {
    return this.#once(id, async () => {
      await this.makeWay(leg);
      await ask(leg.link, 'POST', path('channels', leg.channel, 'dtmf'), { dtmf: digits });
      this.#over.set(id, 'sent');
    });
  }

  /** Stops whatever has this id. @throws RingbackError `switch-unavailable` */
  stop(id: string): Promise<void> {
    return this.#turns.run(id, async () => {
      if (this.#over.has(id)) return;
      this.#over.set(id, 'stopped');
      this.#collects.stop(id);
      await this.#plays.stop(id);
      await this.#plays.stop(promptOf(id));
      await this.#recordings.stop(id);
    });
  }

  /** Ends what a leg hears and what is recorded of it, so that Asterisk carries out what comes next at once. */
  async makeWay(leg: CarriedLeg): Promise<void> {
    await this.#plays.cutOff(leg);
    await this.#recordings.cutOff(leg);
  }

  pressed(leg: CarriedLeg, digit: string): void {
    this.#recordings.pressed(leg, digit);
    const interrupted = this.#collects.pressed(leg, digit);
    if (interrupted !== undefined) this.#inBackground(leg, () => this.#plays.stop(promptOf(interrupted)));
  }

  playbackFinished(playback: string, failed: boolean, address: string): void {
    this.#plays.finished(playback, failed, address);
  }

  recordingFinished(name: string, seconds: number, failed: boolean): void {
    this.#recordings.finished(name, seconds, failed);
  }

  /** A leg is about to end: whatever waits for it is answered. */
  legEnded(leg: CarriedLeg): void {
    this.#plays.legEnded(leg);
    this.#collects.legEnded(leg);
    this.#recordings.legEnded(leg);
  }

  /** A server is connected again. @throws RingbackError `switch-unavailable` */
  async resume(link: Link): Promise<void> {
    await this.#plays.resume(link);
    await this.#recordings.resume(link);
  }

  /** Nothing is waited for any more. */
  close(): void {
    this.#plays.close();
    this.#collects.close();
  }

  #once(id: string, begin: () => Promise<void>): Promise<void> {
    return this.#turns.run(id, async () => {
      const over = this.#over.get(id);
      if (typeof over === 'object') this.#emit(over);
      else if (over === undefined && !this.#isUnderWay(id)) await begin();
    });
  }

  #isUnderWay(id: string): boolean {
    const active = this.#plays.has(id) || this.#collects.has(id) || this.#recordings.has(id);
    return active || this.#plays.has(promptOf(id));
  }

  async #start(
    leg: CarriedLeg,
    id: string,
    steps: readonly Step[],
    language: string | undefined,
    over: () => void,
  ): Promise<void> {
    await this.#recordings.cutOff(leg);
    await this.#plays.start(leg, id, steps, over, language ?? this.#parts.settings.language);
  }

  #end(id: string, event: Treated): void {
    if (this.#over.get(id) === 'stopped') return;
    this.#over.set(id, event);
    this.#emit(event);
  }

  #inBackground(leg: CarriedLeg, work: () => Promise<void>): void {
    const { activity, log } = this.#parts;
    activity.run(work).catch((error: unknown) => {
      log.warn({ err: error, leg: leg.id }, 'Asterisk did not do what was to follow on a leg');
    });
  }
}

/** Under which id the prompt of an input or a recording is played. */
function promptOf(id: string): string {
  return `${id}/prompt`;
}

/** The language that a medium is spoken in, where it says so. */
function languageOf(media: Media): string | undefined {
  if (media.kind === 'sequence') {
    for (const part of media.parts) {
      const language = languageOf(part);
      if (language !== undefined) return language;
    }
    return undefined;
  }
  return 'language' in media ? media.language : undefined;
}
