import {
  type Condition,
  type Literal,
  type Operand,
  parseCondition,
  parseOrder,
  zoneObjects,
} from '../../config/index.js';
import type { FieldDefinition } from './fields.js';
import type { ListFilter } from './list-settings.js';

/** A filter in the words of the database: fragments over `calling_record r`, made of constants alone. */
export interface FilterSql {
  /** A condition, in parentheses. */
  readonly where?: string | undefined;
  /** Items of an `order by`. */
  readonly order?: string | undefined;
}

/** How an expression is compared. */
type Nature = 'number' | 'text' | 'either';

interface Expression {
  sql: string;
  nature: Nature;
  /** The same as the other nature, for `either`. */
  asNumber?: string;
}

/** The columns of every list that filters may name, by what they hold. */
const COLUMNS: ReadonlyMap<string, Expression> = new Map<string, Expression>([
  ...[
    'record_id',
    'contact_info_type',
    'record_type',
    'record_status',
    'call_result',
    'attempt',
    'dial_sched_time',
    'call_time',
    'daily_from',
    'daily_till',
    'campaign_id',
    'chain_id',
    'chain_n',
    'group_id',
    'app_id',
    'media_ref',
    'email_template_id',
    'switch_id',
  ].map((name): [string, Expression] => [name, { sql: `r.${name}`, nature: 'number' }]),
  ...['contact_info', 'agent_id', 'treatments', 'email_subject', 'tz_name'].map((name): [string, Expression] => [
    name,
    { sql: `r.${name}`, nature: 'text' },
  ]),
  ['tz_dbid', { sql: zoneNumber(), nature: 'number' }],
]);

function zoneNumber(): string {
  const cases = zoneObjects().map(({ tzName, dbid }) => `when ${quoted(tzName)} then ${dbid}`);
  return `(case r.tz_name ${cases.join(' ')} end)`;
}

/**
 * Writes a filter for the database. Names of columns and values become constants of our own writing; nothing of the
 * source gets through.
 * @throws ConditionError when it does not parse
 */
export function filterSql(filter: ListFilter | undefined, fields: readonly FieldDefinition[]): FilterSql {
  const writer = new Writer(fields);
  return {
    ...(filter?.criteria !== undefined && { where: `(${writer.condition(parseCondition(filter.criteria))})` }),
    ...(filter?.order !== undefined && { order: writer.order(filter.order) }),
  };
}

class Writer {
  readonly #fields: ReadonlyMap<string, FieldDefinition>;

  constructor(fields: readonly FieldDefinition[]) {
    this.#fields = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  }

  order(source: string): string {
    const terms = parseOrder(source).map(({ column, descending }) => {
      const { sql, asNumber } = this.#column(column);
      const direction = descending ? 'desc nulls last' : 'asc nulls last';
      // A column without a type is ordered as numbers as far as it has numbers, then as texts.
      return asNumber === undefined ? `${sql} ${direction}` : `${asNumber} ${direction}, ${sql} ${direction}`;
    });
    return terms.join(', ');
  }

  condition(condition: Condition): string {
    switch (condition.kind) {
      case 'and':
      case 'or':
        return condition.parts.map((part) => `(${this.condition(part)})`).join(` ${condition.kind} `);
      case 'not':
        return `not (${this.condition(condition.part)})`;
      case 'compare': {
        const [left, right] = aligned(this.#operand(condition.left), this.#operand(condition.right));
        return `${left} ${condition.operator} ${right}`;
      }
      case 'in':
        return condition.options.map((option) => this.#equals(condition.operand, option)).join(' or ');
      case 'between': {
        const low = aligned(this.#operand(condition.operand), this.#operand(condition.low));
        const high = aligned(this.#operand(condition.operand), this.#operand(condition.high));
        return `${low[0]} >= ${low[1]} and ${high[0]} <= ${high[1]}`;
      }
      case 'like':
        return `${asText(this.#operand(condition.operand))} like ${quoted(condition.pattern)}`;
      case 'null':
        return `${this.#operand(condition.operand).sql} is null`;
    }
  }

  #equals(operand: Operand, option: Literal): string {
    const [left, right] = aligned(this.#operand(operand), this.#operand(option));
    return `${left} = ${right}`;
  }

  #operand(operand: Operand): Expression {
    switch (operand.kind) {
      case 'number':
        return { sql: `${operand.value}`, nature: 'number' };
      case 'text':
        return literal(operand.text);
      case 'column':
        return this.#column(operand.name);
    }
  }

  #column(name: string): Expression {
    const known = COLUMNS.get(name.toLowerCase());
    if (known) return known;
    const field = this.#fields.get(name.toLowerCase());
    const value = `(r.custom ->> ${quoted(field?.name ?? name)})`;
    const asNumber = `(case when ${value} ~ ${quoted(NUMBER.source)} then ${value}::numeric end)`;
    switch (field?.type) {
      case 'int':
      case 'float':
        return { sql: asNumber, nature: 'number' };
      case undefined:
        return { sql: value, nature: 'either', asNumber };
      default:
        return { sql: value, nature: 'text' };
    }
  }
}

const NUMBER = /^-?[0-9]{1,30}(\.[0-9]{1,30})?$/;

/** A text in quotes is a number too, where it is compared with one. */
function literal(text: string): Expression {
  return NUMBER.test(text)
    ? { sql: quoted(text), nature: 'either', asNumber: text }
    : { sql: quoted(text), nature: 'text' };
}

/** Both sides in one nature: numbers where both can be, else texts. */
function aligned(left: Expression, right: Expression): [string, string] {
  if (left.nature === 'number' || right.nature === 'number') {
    const numbers = [numberOf(left), numberOf(right)] as const;
    if (numbers[0] !== undefined && numbers[1] !== undefined) return [numbers[0], numbers[1]];
  }
  return [asText(left), asText(right)];
}

function numberOf({ sql, nature, asNumber }: Expression): string | undefined {
  return nature === 'number' ? sql : asNumber;
}

function asText({ sql, nature }: Expression): string {
  return nature === 'number' ? `(${sql})::text` : sql;
}

/** A text constant of SQL (`standard_conforming_strings` is on in every PostgreSQL that is supported). */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
