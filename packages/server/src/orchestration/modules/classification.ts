import type { AttributeDescriptor } from '@ringback/scxml';
import { type JsonObject, type JsonValue, RingbackError } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/sql.js';
import type { Action, ActionModule, ActionOutcome } from '../action-module.js';
import type { Post } from '../actions.js';
import { type Category, categoriesOf, classify, type Scope, screen } from '../classification-rules.js';
import type { ConfiguredObjects, ListObject } from '../configured-objects.js';
import type { InteractionNews } from '../interaction-news.js';
import { type Interaction, interactionsOfSession, readInteraction, setCategories } from '../interactions.js';
import { number, text } from './attributes.js';

/** The list objects with the rules (`classification-rules.ts`). */
const CATEGORIES = 'ClassificationCategories';
const SCREENING = 'ScreeningRules';

/** Where the text of an interaction stands in its user data. */
const TEXT_KEYS = ['Subject', 'Body', 'Text', 'StructuredText', 'Message'];
const LONGEST_TEXT = 100_000;

const VALUE: AttributeDescriptor = { kind: 'value' };
const COMMON = {
  requestid: { kind: 'location' },
  interactionid: VALUE,
  text: VALUE,
  language: VALUE,
  server: VALUE,
  hints: VALUE,
} as const;

interface ClassificationParts {
  configured: ConfiguredObjects;
  news: InteractionNews;
  post: Post;
}

/**
 * `classification`: finds out what the text of an interaction is about (ors-interaction-dialog.md 7), by rules in list
 * objects. The text is that of the interaction's user data; attribute `text` (an extension of ours) gives another one.
 */
export function classificationModule(parts: ClassificationParts): ActionModule {
  async function performClassify(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const rules = rulesNamed(CATEGORIES);
    const interaction = await interactionOf(tx, action);
    const root = text(action, 'rootcategory');
    const scope: Scope = {
      ...scopeOf(action, 'categories'),
      ...(root !== undefined && { root }),
      leastRelevancy: number(action, 'minrelevancy') ?? 1,
    };
    const categories = classify(rules, textOf(action, interaction), scope);
    return found(tx, action, interaction, categories, {});
  }

  async function performScreen(tx: Transaction, action: Action): Promise<ActionOutcome> {
    const rules = rulesNamed(SCREENING);
    const interaction = await interactionOf(tx, action);
    const screenrules = screen(rules, textOf(action, interaction), scopeOf(action, 'rules'));
    const categories = categoriesOf(rules, screenrules, parts.configured.list(CATEGORIES) ?? {});
    return found(tx, action, interaction, categories, { screenrules: screenrules.map((rule) => ({ ...rule })) });
  }

  function rulesNamed(name: string): ListObject {
    const rules = parts.configured.list(name);
    if (!rules) throw new RingbackError('unknown', 'no classification server');
    return rules;
  }

  /** The interaction shows what was found from the event on that says so. */
  async function found(
    tx: Transaction,
    { session, requestId, name }: Action,
    interaction: Interaction | undefined,
    categories: Category[],
    data: JsonObject,
  ): Promise<ActionOutcome> {
    const shown = categories.map((category) => ({ ...category }));
    if (!interaction) return { done: { categories: shown, ...data } };
    await setCategories(tx, interaction.id, shown);
    await parts.post(tx, session.id, {
      name: `classification.${name}.done`,
      data: { requestid: requestId, interactionid: interaction.id, categories: shown, ...data },
      model: await parts.news.shown(tx, { ...interaction, categories: shown }),
    });
    return 'silent';
  }

  return {
    namespaces: ['www.genesyslab.com/modules/classification'],
    prefix: 'classification',
    actions: {
      classify: {
        attributes: { ...COMMON, rootcategory: VALUE, categories: VALUE, minrelevancy: VALUE },
        perform: performClassify,
      },
      screen: { attributes: { ...COMMON, rules: VALUE }, perform: performScreen },
    },
  };
}

async function interactionOf(sql: Sql, action: Action): Promise<Interaction | undefined> {
  const id = text(action, 'interactionid');
  const [main] = id === undefined ? await interactionsOfSession(sql, action.session.id) : [];
  const interaction = id === undefined ? main : await readInteraction(sql, id);
  if (interaction?.session === action.session.id) return interaction;
  if (id === undefined && action.attributes.text !== undefined) return undefined;
  throw new RingbackError(
    'unknown',
    id === undefined ? 'the session has no interaction' : `there is no interaction ${id}`,
  );
}

function textOf(action: Action, interaction: Interaction | undefined): string {
  const given = text(action, 'text');
  const data = interaction?.userData ?? {};
  const parts = TEXT_KEYS.map((key) => data[key]).filter((part) => typeof part === 'string');
  return (given ?? parts.join('\n')).slice(0, LONGEST_TEXT);
}

function scopeOf(action: Action, names: string): Scope {
  const language = text(action, 'language');
  return { named: namesOf(action.attributes[names]), leastRelevancy: 1, ...(language !== undefined && { language }) };
}

function namesOf(value: JsonValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(namesOf);
  if (value === undefined || value === null) return [];
  return String(value)
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}
