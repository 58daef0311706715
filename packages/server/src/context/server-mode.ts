import { type Database, statement } from '../store/index.js';
import { ContextError, invalid } from './errors.js';

/** In maintenance, definitions can be changed at leisure: requests about profiles are refused. */
export type Mode = 'production' | 'maintenance';

const CHANNEL = 'cs_mode';
const readMode = statement('cs-read-mode', 'select mode from cs_server');
const writeMode = statement('cs-write-mode', 'update cs_server set mode = $1');

/** The mode of Context Services (CS API, "Set Server Mode"), one for all nodes, kept over restarts. */
export class ServerMode {
  #mode: Mode = 'production';

  constructor(private readonly database: Database) {}

  get current(): Mode {
    return this.#mode;
  }

  /** Reads the mode and begins to hear of changes that other nodes make. @returns a function that ends it */
  async listen(): Promise<() => void> {
    const unlisten = await this.database.listen(CHANNEL, (mode) => this.#take(mode));
    const [row] = await this.database.query<{ mode: string }>(readMode);
    this.#take(row?.mode);
    return unlisten;
  }

  /** Changes the mode; letter case does not matter. @throws ContextError `invalid` */
  async change(mode: unknown): Promise<Mode> {
    const wanted = typeof mode === 'string' ? mode.toLowerCase() : undefined;
    if (wanted !== 'production' && wanted !== 'maintenance') {
      throw invalid('mode', 'production or maintenance is expected');
    }
    await this.database.query(writeMode, [wanted]);
    this.#take(wanted);
    this.database.signal(CHANNEL, wanted);
    return wanted;
  }

  /** @throws ContextError `maintenance` */
  requireProduction(): void {
    if (this.#mode === 'maintenance') {
      throw new ContextError('maintenance', 'The server is in maintenance mode: profiles are not served.');
    }
  }

  #take(mode: string | undefined): void {
    if (mode === 'production' || mode === 'maintenance') this.#mode = mode;
  }
}
