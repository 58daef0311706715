import type { ChildDescriptor, Effect } from '@ringback/scxml';
import { isObject } from '../../../kernel/index.js';
import { type Sql, statement, type Transaction } from '../../../store/sql.js';
import type { Action, ActionElement, ActionModule } from '../../action-module.js';
import type { Actions } from '../../actions.js';
import { interactionsOfSession } from '../../interactions.js';
import type { SessionEvent } from '../../session-event.js';
import { jsonText } from '../../stored-json.js';
import { text } from '../attributes.js';

/** The platform asks for it, no line of the document. */
const ASKED = { kind: 'action', namespace: 'www.genesyslab.com/modules/dialog', line: 0 } as const;

/** The dialogs that may stand in `<dialog:runtreatments>` (ors-interaction-dialog.md 6.3). */
const TREATMENTS = ['collect', 'play', 'playandcollect', 'playandverify', 'playsound', 'start', 'pause', 'remote'];

/** Treatments that together last no longer than this are not repeated: that would never end. */
const SHORTEST_CYCLE_MS = 1_000;

/** The request id of the treatment that runs for a submit: which one it is, and when the cycle began. */
const RUNNING = /^(.+)~busy~(\d+)~(\d+)$/;

const OF_SUBMIT = statement(
  'busy-treatment-of-submit',
  'select id from session_action where session = $1 and starts_with(id, $2) order by id',
);

type ActionChild = Extract<Effect, { kind: 'action' }>['children'][number];

const SET_CHILDREN = statement(
  'busy-treatment-set-children',
  `update session_action set request = jsonb_set(request, '{children}', $2::jsonb) where id = $1`,
);

/** `<dialog:runtreatments>` with the dialogs of the module as they stand there. */
export function runTreatments(dialog: ActionModule): ChildDescriptor {
  const children = TREATMENTS.flatMap((name): ChildDescriptor[] => {
    const known = dialog.actions[name];
    if (!known) return [];
    return [
      {
        name,
        attributes: { ...known.attributes, requestid: { kind: 'literal' } },
        ...(known.children && { children: [...known.children] }),
      },
    ];
  });
  return { name: 'runtreatments', attributes: {}, children };
}

/**
 * What the customer hears and keys in while a request waits: the dialogs in `<dialog:runtreatments>`, one after the other
 * and again from the start, until the request is answered. Each runs as an action of the dialog module, under an id that
 * says to which request it belongs; its answer starts the next one instead of being told to the session.
 */
export class BusyTreatments {
  readonly #stopping = new Set<string>();

  constructor(
    private readonly actions: Actions,
    private readonly now: () => number,
  ) {}

  /** Starts the first treatment of a submit that has any. */
  async begin(tx: Transaction, submit: Action, interaction: string): Promise<void> {
    await this.#run(tx, submit, interaction, 0, submit.now);
  }

  /** Ends what runs for a submit. */
  async stop(tx: Transaction, submit: Action): Promise<void> {
    if (treatmentsOf(submit).length === 0) return;
    this.#stopping.add(submit.requestId);
    try {
      for (const id of await running(tx, submit)) {
        const effect = { ...ASKED, name: 'stop', children: [], parameters: {} };
        const requestId = `${submit.requestId}~busy~0~0`;
        await this.actions.perform(
          tx,
          submit.session,
          { ...effect, requestId, attributes: { requestid: id } },
          this.now(),
        );
      }
    } finally {
      this.#stopping.delete(submit.requestId);
    }
  }

  /** Runs these treatments from now on, in place of those that the submit came with. */
  async replace(tx: Transaction, submitId: string, treatments: ActionElement): Promise<void> {
    const submit = await this.actions.pending(tx, submitId);
    const interaction = submit && (await this.#interactionOf(tx, submit));
    if (!submit || interaction === undefined) return;
    await this.stop(tx, submit);
    const children = [...submit.children.filter(({ name }) => name !== 'runtreatments'), treatments];
    await tx.query(SET_CHILDREN, [submitId, jsonText(children)]);
    await this.begin(tx, { ...submit, children, now: this.now() }, interaction);
  }

  /** Whether an event answers a treatment, and is not for the session. */
  concerns(event: SessionEvent): boolean {
    return runningOf(event) !== undefined;
  }

  /** Runs what follows when a treatment is over. */
  async over(tx: Transaction, event: SessionEvent): Promise<void> {
    const ended = runningOf(event);
    if (!ended || this.#stopping.has(ended.submit) || !isOver(event) || wasReplaced(event)) return;
    const submit = await this.actions.pending(tx, ended.submit);
    const interaction = submit && (await this.#interactionOf(tx, submit));
    if (!interaction) return;
    const place = ended.place + 1;
    const isAgain = place % treatmentsOf(submit).length === 0;
    const now = this.now();
    if (isAgain && now - ended.since < SHORTEST_CYCLE_MS) return;
    await this.#run(tx, submit, interaction, place, isAgain ? now : ended.since);
  }

  /** @returns undefined if the interaction is over */
  async #interactionOf(tx: Transaction, submit: Action): Promise<string | undefined> {
    const open = await interactionsOfSession(tx, submit.session.id);
    const named = text(submit, 'interactionid') ?? '0';
    return (named === '0' ? open[0] : open.find(({ id }) => id === named))?.id;
  }

  async #run(tx: Transaction, submit: Action, interaction: string, place: number, since: number): Promise<void> {
    const treatments = treatmentsOf(submit);
    const treatment = treatments[place % Math.max(1, treatments.length)];
    if (!treatment) return;
    const { name, attributes, children, parameters } = treatment;
    const { requestid: _, ...own } = attributes;
    const requestId = `${submit.requestId}~busy~${place}~${since}`;
    const effect = { ...ASKED, name, requestId, children: children.map(actionChild), parameters };
    const aboutIt = { ...own, interactionid: interaction };
    await this.actions.perform(tx, submit.session, { ...effect, attributes: aboutIt }, this.now());
  }
}

/** Whether the application has asked for a treatment of its own meanwhile, which has the interaction from then on. */
function wasReplaced({ data }: SessionEvent): boolean {
  const extensions = isObject(data) ? data.extensions : undefined;
  return isObject(extensions) && extensions.reason === 'interrupted';
}

function treatmentsOf(submit: Action): readonly ActionElement[] {
  return submit.children.filter(({ name }) => name === 'runtreatments').flatMap(({ children }) => children);
}

async function running(sql: Sql, submit: Action): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(OF_SUBMIT, [submit.session.id, `${submit.requestId}~busy~`]);
  return rows.map(({ id }) => id);
}

function runningOf({ data }: SessionEvent): { submit: string; place: number; since: number } | undefined {
  const id = isObject(data) ? data.requestid : undefined;
  const parts = typeof id === 'string' ? RUNNING.exec(id) : null;
  return parts ? { submit: parts[1] ?? '', place: Number(parts[2]), since: Number(parts[3]) } : undefined;
}

function actionChild({ name, attributes, children, parameters }: ActionElement): ActionChild {
  return { name, attributes, children: children.map(actionChild), parameters };
}

/** The application has put another treatment in its place: that one goes on alone. */
function isOver({ name, data }: SessionEvent): boolean {
  if (name.endsWith('.requestid')) return false;
  const extensions = isObject(data) && isObject(data.extensions) ? data.extensions : {};
  return extensions.reason !== 'interrupted';
}
