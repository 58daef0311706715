import { SaxesParser } from 'saxes';
import { isObject, type JsonObject, type JsonValue, RingbackError } from '../../../kernel/index.js';
import type { Sql } from '../../../store/sql.js';
import type { Action, ActionElement } from '../../action-module.js';
import type { ConfiguredObjects } from '../../configured-objects.js';
import { guardedFetch } from '../../fetch/guarded-fetch.js';
import { TargetRules } from '../../fetch/target-rules.js';
import { text } from '../attributes.js';
import { interactionOf } from './request.js';

const TIMEOUT_MS = 15_000;
const SECTION = 'submit';
/** Kinds of rules of the original, as what they are here. */
const KINDS: Readonly<Record<string, JsonObject>> = {
  loadbalancing: { ordertype: 'min', orderstat: 'StatLoadBalance' },
  percentage: { ordertype: 'percentage' },
  statistics: {},
};

/** A rule that is kept elsewhere: attributes of `<queue:submit>`, and its targets. */
interface RoutingRule {
  attributes: JsonObject;
  children: ActionElement[];
}

export interface RuleParts {
  configured: ConfiguredObjects;
  fetchAllow: () => string;
}

/**
 * A submit with the rule that its `src` names in the place of what it says itself (ors-core-queue.md 3.3): a document at an
 * address (`<queue:submit>`, whose attributes are constants, or JSON), a section of a list object
 * (`gdata:config/{type}.{list}/{section}`), or a value of the user data (`gdata:udata/{key}`).
 * @throws RingbackError `badfetch`, `invalidparameter`, `notsupported`
 */
export async function withRule(sql: Sql, parts: RuleParts, action: Action): Promise<Action> {
  const source = text(action, 'src') ?? '';
  const { attributes, children } = ruleOf(await read(sql, parts, action, source), source);
  const { src: _src, ...own } = action.attributes;
  const others = action.children.filter(({ name }) => name !== 'targets');
  return {
    ...action,
    attributes: { ...own, ...attributes },
    children: children.length === 0 ? action.children : [...children, ...others],
  };
}

async function read(sql: Sql, parts: RuleParts, action: Action, source: string): Promise<JsonValue> {
  const [, kind = '', path = ''] = /^gdata:(?:[^/]*:\d+\/)?(config|udata)\/(.+)$/i.exec(source) ?? [];
  if (kind.toLowerCase() === 'config') return configured(parts.configured, path, source);
  if (kind.toLowerCase() === 'udata') {
    const interaction = await interactionOf(sql, action.session, text(action, 'interactionid'));
    return interaction?.userData[path] ?? missing(source);
  }
  if (!/^https?:/i.test(source)) throw new RingbackError('invalidparameter', `${source} is no address of a rule.`);
  return fetched(source, parts.fetchAllow());
}

function configured({ list }: ConfiguredObjects, path: string, source: string): JsonValue {
  const [object = '', section = SECTION] = path.split('/');
  const found = list(object) ?? list(object.replace(/^[^.]*\./, ''));
  return found?.[section] === undefined ? missing(source) : { ...found[section] };
}

async function fetched(url: string, allow: string): Promise<string> {
  try {
    const headers = { accept: 'application/xml, application/json, */*;q=0.1' };
    const { status, content } = await guardedFetch(
      { url, method: 'GET', headers, timeoutMs: TIMEOUT_MS },
      new TargetRules(allow),
    );
    if (status >= 200 && status <= 299) return content;
    throw new RingbackError('badfetch', `The rule ${url} was answered with HTTP status ${status}.`);
  } catch (error) {
    if (!(error instanceof RingbackError) || error.code === 'badfetch') throw error;
    throw new RingbackError('badfetch', `The rule ${url} cannot be fetched: ${error.message}.`, [], { cause: error });
  }
}

function missing(source: string): never {
  throw new RingbackError('badfetch', `There is no rule ${source}.`);
}

function ruleOf(value: JsonValue, source: string): RoutingRule {
  if (typeof value === 'string' && /^\s*</.test(value)) return xmlRule(value, source);
  const found = typeof value === 'string' ? parsed(value, source) : value;
  if (!isObject(found)) throw new RingbackError('invalidparameter', `The rule ${source} is no object.`);
  // What is an object among JSON values has JSON values as members.
  return objectRule(found as JsonObject);
}

function parsed(json: string, source: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue; // of JSON text
  } catch (error) {
    const problem = `The rule ${source} is neither XML nor JSON.`;
    throw new RingbackError('invalidparameter', problem, [], { cause: error });
  }
}

/** `targets`: a list in the original's notation, or an array of such and of objects with the attributes of `<target>`. */
function objectRule({ targets, type, statserver, kind, ...attributes }: JsonObject): RoutingRule {
  const all = Array.isArray(targets) ? targets : targets === undefined ? [] : [targets];
  const children = all.map((target) =>
    isObject(target) ? element('target', target as JsonObject) : element('targetid', { expr: target }),
  );
  const common = Object.fromEntries(Object.entries({ type, statserver }).filter(([, value]) => value !== undefined));
  return {
    attributes: { ...orderOfKind(kind), ...attributes },
    // Only what was there is left.
    children: children.length === 0 ? [] : [element('targets', common as JsonObject, children)],
  };
}

function orderOfKind(kind: JsonValue | undefined): JsonObject {
  if (kind === undefined || kind === null || kind === '') return {};
  const order =
    KINDS[
      String(kind)
        .toLowerCase()
        .replace(/[\s_-]/g, '')
    ];
  if (order) return order;
  throw new RingbackError('notsupported', `There are no routing rules of the kind ${String(kind)} here.`);
}

function element(name: string, attributes: JsonObject, children: ActionElement[] = []): ActionElement {
  return { name, attributes, children, parameters: {} };
}

/** `<queue:submit>` with `<queue:targets>`, with or without prefixes. */
function xmlRule(document: string, source: string): RoutingRule {
  const open: { name: string; attributes: JsonObject; children: ActionElement[] }[] = [];
  let root: RoutingRule | undefined;
  let wrong: Error | undefined;
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    wrong ??= error;
  });
  parser.on('opentag', ({ name, attributes }) => {
    const values = Object.entries(attributes).filter(([attribute]) => !attribute.startsWith('xmlns'));
    const constants = values.map(([attribute, value]) => [attribute, constant(String(value))] as const);
    open.push({ name: name.replace(/^.*:/, ''), attributes: Object.fromEntries(constants), children: [] });
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (!closed) return;
    const parent = open.at(-1);
    if (parent) parent.children.push(element(closed.name, closed.attributes, closed.children));
    else if (closed.name === 'submit') root = { attributes: closed.attributes, children: closed.children };
  });
  parser.write(document).close();
  if (wrong || !root) {
    const problem = `The rule ${source} is no well-formed <submit> element.`;
    throw new RingbackError('invalidparameter', problem, [], wrong && { cause: wrong });
  }
  const { requestid: _id, kind, ...attributes } = root.attributes;
  return { attributes: { ...orderOfKind(kind), ...attributes }, children: root.children };
}

/** Rules are data: of expressions there are constants only. */
function constant(value: string): JsonValue {
  const quoted = /^\s*(?:'([^']*)'|"([^"]*)")\s*$/.exec(value);
  return quoted ? (quoted[1] ?? quoted[2] ?? '') : value;
}
