import { type Activity, type Clock, instant, type Logger } from '../kernel/index.js';
import { type Database, Together } from '../store/index.js';
import type { SessionEvent } from './session-event.js';
import { POST_MESSAGES } from './step-statements.js';
import { jsonText } from './stored-json.js';

const LANES = 1;
const MOST_TOGETHER = 128;
/** Stands for all of it when a group is written as one text. */
const PLACE = '"place":0';

/** Appends what comes from outside of any transaction to mailboxes; what comes at the same time shares a commit. */
export class Mailboxes {
  readonly #together: Together<string, number | undefined>;

  constructor(private readonly parts: { database: Database; clock: Clock; activity: Activity; log: Logger }) {
    this.#together = new Together({
      ...parts,
      name: 'events',
      lanes: LANES,
      most: MOST_TOGETHER,
      run: (group) => this.#post(group),
    });
  }

  /**
   * Resolves when the event is committed.
   * @param most refuses it when so many events (0: any number) wait for the session already
   * @returns the id of the message; undefined when it was refused, or no such session runs
   */
  post(session: string, event: SessionEvent, most: number): Promise<number | undefined> {
    const at = instant(this.parts.clock.now());
    return this.#together.do(jsonText({ place: 0, session, at, event, most }));
  }

  async #post(group: readonly string[]): Promise<(number | undefined)[]> {
    const messages = group.map((text, index) => text.replace(PLACE, `"place":${index}`));
    const rows = await this.parts.database.query<{ place: number; id: number }>(POST_MESSAGES, [`[${messages}]`]);
    const ids = new Map(rows.map(({ place, id }) => [place, id]));
    return group.map((_, index) => ids.get(index));
  }
}
