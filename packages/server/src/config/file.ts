import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
} from 'yaml';
import { type ErrorDetail, isObject, type JsonObject, type JsonValue, RingbackError } from '../kernel/index.js';
import { kindNames, kinds, nameOf, THE_SWITCH } from './kinds.js';
import type { Kind } from './objects.js';
import { prepare } from './validation.js';

/** The objects of a configuration file, all of them valid. */
export interface ParsedConfiguration {
  /** Where it came from, for messages: usually the file's name. */
  source: string;
  objects: { kind: Kind; name: string; value: JsonValue }[];
}

/** What is wrong at one place of a file. */
export interface FileComplaint extends ErrorDetail {
  line: number;
  column: number;
}

/** Most complaints shown in the message; all of them are in `details`. */
const SHOWN = 20;

/** A configuration file that is not applied. Its message names, per line, file, line, object and field. */
export class ConfigurationFileError extends RingbackError {
  constructor(
    readonly source: string,
    readonly complaints: readonly FileComplaint[],
  ) {
    const lines = complaints.slice(0, SHOWN).map(({ line, column, pointer, detail }) => {
      const where = pointer === '' ? '' : `${readable(pointer)} `;
      return `${source}:${line}:${column}: ${where}${detail}`;
    });
    const more = complaints.length > SHOWN ? [`... and ${complaints.length - SHOWN} more`] : [];
    super('invalid-configuration-file', [...lines, ...more].join('\n'), [...complaints]);
  }
}

const kindByKey = new Map<string, Kind>(kindNames.map((kind) => [kinds[kind].fileKey, kind]));

/**
 * Reads a configuration file, YAML or JSON (interface.md, section 3), and checks everything in it.
 * Objects of a kind are a map from name to object, or an array of objects that carry their name.
 * @throws ConfigurationFileError with everything that is wrong and its place
 */
export function parseConfiguration(text: string, source: string): ParsedConfiguration {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
  const reader = new FileReader(document, lines);
  const objects = reader.read();
  if (reader.complaints.length > 0) {
    throw new ConfigurationFileError(
      source,
      reader.complaints.sort((a, b) => a.line - b.line || a.column - b.column),
    );
  }
  return { source, objects };
}

/** One object of the file with its place. */
interface Entry {
  name: string;
  node: Node | null;
  /** Where to point when the object as a whole is wrong. */
  start: number;
}

/** A member of a map, which may have been merged in from elsewhere. */
interface Member {
  name: string;
  key: unknown;
  value: unknown;
}

const MERGE = '<<';

class FileReader {
  readonly complaints: FileComplaint[] = [];

  constructor(
    private readonly document: Document.Parsed,
    private readonly lines: LineCounter,
  ) {}

  read(): ParsedConfiguration['objects'] {
    for (const error of this.document.errors) this.#complain(error.pos[0], '', firstLine(error.message));
    if (this.complaints.length > 0) return [];
    const root = this.document.contents;
    if (root === null) return [];
    if (!isMap(root)) {
      this.#complain(startOf(root), '', 'a configuration file must be a map such as "services: {...}"');
      return [];
    }
    return root.items.flatMap((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      const kind = kindByKey.get(key);
      const value = this.#resolve(pair.value);
      if (kind) return this.#readKind(kind, value, startOf(pair.key));
      const known = [...kindByKey.keys()].join(', ');
      this.#complain(startOf(pair.key), `/${key}`, `is no kind of object; the kinds are ${known}`);
      return [];
    });
  }

  #readKind(kind: Kind, node: Node | null, start: number): ParsedConfiguration['objects'] {
    if (node === null) return [];
    const entries = kind === 'switch' ? [{ name: THE_SWITCH, node, start }] : this.#entries(kind, node, start);
    const seen = new Set<string>();
    return entries.flatMap((entry) => {
      if (seen.has(entry.name)) {
        this.#complain(entry.start, `/${kinds[kind].fileKey}/${entry.name}`, 'is there twice');
        return [];
      }
      seen.add(entry.name);
      return this.#readObject(kind, entry);
    });
  }

  #entries(kind: Kind, node: Node, start: number): Entry[] {
    const { fileKey, nameField } = kinds[kind];
    if (isMap(node)) {
      return this.#members(node).map(({ name, key, value }) => ({
        name,
        node: this.#resolve(value),
        start: startOf(key),
      }));
    }
    if (!isSeq(node) || (nameField === undefined && kind !== 'skills')) {
      const form = nameField ? 'an array of objects, or a map from name to object' : 'a map from name to value';
      this.#complain(start, `/${fileKey}`, `must be ${form}`);
      return [];
    }
    return node.items.flatMap((item, index) => this.#arrayEntry(kind, this.#resolve(item), index, start));
  }

  #arrayEntry(kind: Kind, node: Node | null, index: number, parent: number): Entry[] {
    const start = node ? startOf(node) : parent;
    // `skills: [billing, french]`: a name alone is an object with nothing but its name.
    if (isScalar(node) && (kind === 'skills' || kind === 'agent-groups' || kind === 'virtual-queues')) {
      return [{ name: sourceText(node), node: null, start }];
    }
    const value: unknown = node?.toJS(this.document);
    const name = isObject(value) ? nameOf(kind, value as JsonObject) : undefined; // YAML without custom tags is JSON
    if (name !== undefined) return [{ name, node, start }];
    const { fileKey, nameField = 'name' } = kinds[kind];
    const field = kind === 'campaign-groups' ? '"campaign" and "group"' : `"${nameField}"`;
    this.#complain(start, `/${fileKey}/${index}`, `has no name: ${field} must be a text`);
    return [];
  }

  #readObject(kind: Kind, { name, node, start }: Entry): ParsedConfiguration['objects'] {
    const json = node === null ? {} : this.#json(kind, node);
    if (json === undefined) {
      this.#complain(start, `/${kinds[kind].fileKey}/${name}`, 'has anchors that refer to themselves, or to too much');
      return [];
    }
    const { value, details } = prepare(kind, name, json);
    if (value !== undefined) return [{ kind, name, value }];
    const root = kind === 'switch' ? '/switch' : `/${kinds[kind].fileKey}/${name}`;
    for (const { pointer, detail } of details) {
      this.#complain(this.#placeOf(node, pointer) ?? start, root + pointer, detail);
    }
    return [];
  }

  /**
   * Options keep the text as it was written: `_prefix_dial_out: 091` is "091".
   * @returns undefined when anchors make the value endless
   */
  #json(kind: Kind, node: Node): JsonValue | undefined {
    const depth = kind === 'lists' ? 2 : kinds[kind].scalars === 'texts' ? 1 : isSeq(node) ? 1 : 0;
    try {
      return JSON.parse(JSON.stringify(this.#value(node, depth) ?? null)); // dates and the like as texts
    } catch (error) {
      // The YAML library's guard against too many aliases, JSON's against cycles, the engine's against recursion.
      if (error instanceof ReferenceError || error instanceof TypeError || error instanceof RangeError)
        return undefined;
      throw error;
    }
  }

  /** The value of a node; scalars down to `depth` are texts, structures below it stay as they are. */
  #value(node: Node | null, depth: number): unknown {
    if (depth === 0 || node === null) return node?.toJS(this.document);
    const member = (item: unknown) => {
      const resolved = this.#resolve(item);
      if (resolved === null) return '';
      if (isScalar(resolved)) return resolved.value === null ? '' : sourceText(resolved);
      return this.#value(resolved, depth - 1);
    };
    if (isSeq(node)) return node.items.map(member);
    if (!isMap(node)) return node.toJS(this.document);
    return Object.fromEntries(this.#members(node).map(({ name, value }) => [name, member(value)]));
  }

  /** The members of a map with those that it merges in (`<<: *anchor`), which its own ones override. */
  #members(map: YAMLMap): Member[] {
    const members = new Map<string, Member>();
    for (const { key, value } of map.items) {
      if (isScalar(key) && sourceText(key) === MERGE) {
        for (const merged of this.#mergedMaps(value)) {
          for (const member of this.#members(merged)) if (!members.has(member.name)) members.set(member.name, member);
        }
      }
    }
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? sourceText(key) : '';
      if (name !== MERGE) members.set(name, { name, key, value });
    }
    return [...members.values()];
  }

  #mergedMaps(value: unknown): YAMLMap[] {
    const node = this.#resolve(value);
    const nodes = isSeq(node) ? node.items.map((item) => this.#resolve(item)) : [node];
    return nodes.filter((candidate) => isMap(candidate));
  }

  /** Where the member that a JSON pointer names begins, or the innermost of its parents that is there. */
  #placeOf(node: Node | null, pointer: string): number | undefined {
    let place = node ? startOf(node) : undefined;
    let at: unknown = node;
    for (const step of pointer.split('/').slice(1)) {
      const name = step.replaceAll('~1', '/').replaceAll('~0', '~');
      at = this.#resolve(at);
      if (isSeq(at)) {
        at = at.items[Number(name)];
        if (at !== undefined) place = startOf(at);
      } else if (isMap(at)) {
        const member = this.#members(at).find((candidate) => candidate.name === name);
        if (!member) break;
        place = startOf(member.key);
        at = member.value;
      } else break;
    }
    return place;
  }

  #resolve(node: unknown): Node | null {
    if (isAlias(node)) return node.resolve(this.document) ?? null;
    return isScalar(node) || isMap(node) || isSeq(node) ? node : null;
  }

  #complain(offset: number, pointer: string, detail: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.complaints.push({ line, column: col, pointer, detail });
  }
}

function startOf(node: unknown): number {
  if (isPair(node)) return startOf(node.key);
  const ranged = isScalar(node) || isMap(node) || isSeq(node) || isAlias(node);
  return (ranged && node.range?.[0]) || 0;
}

function sourceText(scalar: { value: unknown; source?: string }): string {
  const { value, source } = scalar;
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : (source ?? String(value));
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** `/services/BasicCallback/_ttl` as `services/BasicCallback/_ttl`. */
function readable(pointer: string): string {
  return pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
}
