import { type Logger, RingbackError } from '../../kernel/index.js';
import { type Jurisdiction, readJurisdiction } from './jurisdiction.js';
import { JURISDICTIONS } from './jurisdictions.js';

type Pack = Readonly<Record<string, string>>;

/** What rule packs read of the configuration. */
export interface PackConfiguration {
  object(kind: 'lists', name: string): Readonly<Record<string, Pack>> | undefined;
  onChange(handler: (change: { kind: string; name: string }) => void): () => void;
}

/** The list object whose sections add rule packs, and correct the shipped ones key by key. */
export const PACKS_LIST = 'Jurisdictions';

/**
 * The rule packs that are in force: the shipped ones with what the configuration says of them. A pack that cannot be
 * read is reported and closed: nobody is dialed under it until it is corrected.
 */
export class Packs {
  #packs: ReadonlyMap<string, Jurisdiction>;
  readonly #unsubscribe: () => void;

  constructor(
    private readonly configuration: PackConfiguration,
    private readonly log: Logger,
  ) {
    this.#packs = this.#read();
    this.#unsubscribe = configuration.onChange(({ kind, name }) => {
      if (kind === 'lists' && name === PACKS_LIST) this.#packs = this.#read();
    });
  }

  get all(): ReadonlyMap<string, Jurisdiction> {
    return this.#packs;
  }

  stop(): void {
    this.#unsubscribe();
  }

  #read(): ReadonlyMap<string, Jurisdiction> {
    const configured = this.configuration.object('lists', PACKS_LIST) ?? {};
    const packs = new Map<string, Jurisdiction>();
    for (const name of new Set([...Object.keys(JURISDICTIONS), ...Object.keys(configured)])) {
      try {
        packs.set(name, readJurisdiction(name, { ...JURISDICTIONS[name], ...configured[name] }));
      } catch (error) {
        if (!(error instanceof RingbackError)) throw error;
        this.log.error({ err: error }, 'A jurisdiction cannot be read; nobody is dialed under it');
        packs.set(name, readJurisdiction(name, { title: `${name} (not readable)`, windows: '' }));
      }
    }
    return packs;
  }
}
