import { type Party, type Script, type Settings, scriptOf } from './settings.js';

export interface FoundParty {
  /** E.164 form of the number, where that is another. */
  e164?: string;
  /** Under this name the party's attempts are counted. */
  name: string;
  /** What was said of this number in particular, if anything. */
  described: boolean;
  /** Whether successive attempts differ. */
  sequence: boolean;
  /** How the party behaves on the attempt after `position` earlier ones. */
  script(position: number): Script;
}

/** Finds how the party behind a number behaves: the number as dialed, else its E.164 form, else anybody. */
export class PartyBook {
  readonly #byE164 = new Map<string, Party>();

  constructor(
    private readonly settings: Settings,
    private readonly normalise: (number: string) => string | undefined,
  ) {
    for (const [number, party] of settings.numbers) {
      const e164 = normalise(number);
      if (e164 !== undefined) this.#byE164.set(e164, party);
    }
  }

  find(number: string): FoundParty {
    const e164 = this.normalise(number);
    const party = this.settings.numbers.get(number) ?? (e164 === undefined ? undefined : this.#byE164.get(e164));
    return {
      ...(e164 !== undefined && e164 !== number && { e164 }),
      name: e164 ?? number,
      described: party !== undefined,
      sequence: (party ?? this.settings.default).sequence !== undefined,
      script: (position) => scriptOf(this.settings, party, position),
    };
  }

  /** The name under which the attempts of whoever has this number are counted. */
  nameOf(number: string): string {
    return this.normalise(number) ?? number;
  }

  /** Whether the party of this name behaves as parties in general. */
  isAnybody(name: string): boolean {
    return !this.settings.numbers.has(name) && !this.#byE164.has(name);
  }
}
