import type { TSchema } from 'typebox';
import Value from 'typebox/value';
import { type ErrorDetail, isObject, type JsonObject, type JsonValue } from '../kernel/index.js';
import { kinds, nameOf } from './kinds.js';
import type { Kind } from './objects.js';
import { pointerTo } from './option-check.js';

/** A value that can be stored, or everything that is wrong with it. */
export type Verdict = { value: JsonObject | JsonValue[]; details: [] } | { value?: never; details: ErrorDetail[] };

/**
 * Brings a value from outside into the form that is stored and checks it by the kind's schema and by the option
 * catalogue.
 * @param name what the object is called by its address or its place in a file
 */
export function prepare(kind: Kind, name: string, raw: JsonValue): Verdict {
  const definition = kinds[kind];
  const value = definition.scalars === 'texts' ? asTexts(raw, kind === 'lists' ? 2 : 1) : named(kind, name, raw);
  const details = [...nameComplaints(kind, name, value), ...schemaComplaints(definition.schema, value)];
  const container = Array.isArray(value) || isObject(value);
  if (!container || details.length > 0) return { details };
  const full = definition.expand ? definition.expand(value) : value;
  const more = isObject(full) ? (definition.check?.(name, full as JsonObject) ?? []) : []; // JSON by its origin
  return more.length > 0 ? { details: more } : { value, details: [] };
}

const LONGEST_NAME = 255;

function nameComplaints(kind: Kind, name: string, value: JsonValue): ErrorDetail[] {
  if (name.trim() === '' || name.length > LONGEST_NAME || hasControlCharacter(name)) {
    return [{ pointer: '', detail: `the name must have 1 to ${LONGEST_NAME} characters and no control characters` }];
  }
  const own = isObject(value) ? nameOf(kind, value as JsonObject) : undefined; // JSON by its origin
  if (own === undefined || own === name) return [];
  const field = kinds[kind].nameField ?? '';
  return [{ pointer: pointerTo(field), detail: `is "${own}", but the object is addressed as "${name}"` }];
}

function hasControlCharacter(text: string): boolean {
  return [...text].some((character) => character < ' ' || character === '\u007f');
}

/** Fills in the name where a value does not repeat it. */
function named(kind: Kind, name: string, value: JsonValue): JsonValue {
  if (!isObject(value) || nameOf(kind, value as JsonObject) !== undefined) return value; // JSON by its origin
  if (kind === 'campaign-groups') {
    const [campaign = '', ...group] = name.split('@');
    return { campaign, group: group.join('@'), ...value };
  }
  const { nameField } = kinds[kind];
  return nameField && value[nameField] === undefined ? { [nameField]: name, ...value } : value;
}

/** Numbers and flags as texts, structures below `depth` as JSON text: options are texts, however they are written. */
function asTexts(value: JsonValue, depth: number): JsonValue {
  if (Array.isArray(value)) return value.map((item) => (typeof item === 'number' ? String(item) : item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, depth > 1 ? asTexts(member, depth - 1) : asText(member)]),
  );
}

function asText(value: JsonValue): JsonValue {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
}

/** The schema's complaints in words that say what was found and what would be right. */
export function schemaComplaints(schema: TSchema, value: unknown): ErrorDetail[] {
  if (Value.Check(schema, value)) return [];
  const details: ErrorDetail[] = [];
  for (const error of Value.Errors(branchFor(schema, value), value)) {
    switch (error.keyword) {
      case 'boolean':
      case 'anyOf':
      case 'const':
        break;
      case 'additionalProperties':
        for (const field of error.params.additionalProperties) {
          const known = fieldsAt(schema, error.instancePath);
          const detail = known ? `is no field of this object; its fields are ${known.join(', ')}` : 'is no known field';
          details.push({ pointer: error.instancePath + pointerTo(String(field)), detail });
        }
        break;
      case 'required':
        for (const field of error.params.requiredProperties) {
          details.push({ pointer: error.instancePath + pointerTo(field), detail: 'is missing' });
        }
        break;
      case 'enum':
        details.push({
          pointer: error.instancePath,
          detail: `is ${found(value, error.instancePath)}, must be one of ${error.params.allowedValues.join(', ')}`,
        });
        break;
      default:
        details.push({
          pointer: error.instancePath,
          detail: `is ${found(value, error.instancePath)}, ${error.message}${quotesHint(value, error)}`,
        });
    }
  }
  return details.length > 0 ? unique(details) : [{ pointer: '', detail: 'has the wrong form' }];
}

/** Of a schema with a short and a full form, the one that the value is meant to have. */
function branchFor(schema: TSchema, value: unknown): TSchema {
  if (!('anyOf' in schema) || !Array.isArray(schema.anyOf)) return schema;
  const wanted = Array.isArray(value) ? 'array' : 'object';
  const branch = schema.anyOf.find((candidate: unknown) => isObject(candidate) && candidate.type === wanted);
  return (branch as TSchema | undefined) ?? schema; // the members of anyOf are schemas
}

/** The fields that the object at `path` may have, as far as the schema lists them. */
function fieldsAt(schema: TSchema, path: string): string[] | undefined {
  let at: JsonSchema | undefined = schema; // a TypeBox schema is a JSON schema
  for (const step of stepsOf(path)) {
    const [pattern]: (JsonSchema | undefined)[] = Object.values(at?.patternProperties ?? {});
    at = at?.properties?.[step] ?? at?.items ?? pattern;
  }
  return at?.properties && Object.keys(at.properties);
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>;
  patternProperties?: Record<string, JsonSchema>;
  items?: JsonSchema;
}

function stepsOf(path: string): string[] {
  return path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function found(value: unknown, path: string): string {
  let at = value;
  for (const step of stepsOf(path)) at = Array.isArray(at) ? at[Number(step)] : isObject(at) ? at[step] : undefined;
  const text = JSON.stringify(at) ?? 'nothing';
  return text.length > 80 ? `${text.slice(0, 80)}...` : text;
}

function quotesHint(value: unknown, error: { keyword: string; message: string; instancePath: string }): string {
  const isNumber = /^-?\d/.test(found(value, error.instancePath));
  return error.keyword === 'type' && error.message.endsWith('string') && isNumber ? ' (write it in quotes)' : '';
}

function unique(details: ErrorDetail[]): ErrorDetail[] {
  const seen = new Set<string>();
  return details.filter(({ pointer }) => !seen.has(pointer) && seen.add(pointer));
}
