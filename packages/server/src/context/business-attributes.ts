import type { ContextConfiguration } from './configuration.js';
import { ContextError, invalid } from './errors.js';
import { parseRetentionPeriod } from './retention-period.js';

/** The three kinds of record whose fields can be valued by a Business Attribute. */
export type Resource = 'Service' | 'State' | 'Task';

/** A field that can be valued by a Business Attribute. */
export type AttributeField = 'type' | 'application_type' | 'resource_type' | 'media_type' | 'disposition';

/** A value of such a field: a DBID, or a name. */
export type AttributeValue = string | number;

export interface BusinessAttributeView {
  name: string;
  dbid: number;
  display_name: string;
  description: string;
  map_name: boolean;
  cv_attributes: string[];
  values: { name: string; dbid: number; display_name: string; description: string }[];
}

type OptionMap = Readonly<Record<string, string>>;
type ListObject = Readonly<Record<string, OptionMap>>;

const RESOURCES: readonly Resource[] = ['Service', 'State', 'Task'];
const FIELDS: readonly AttributeField[] = ['type', 'application_type', 'resource_type', 'media_type', 'disposition'];

/** The section of a list object that holds a Business Attribute's values: name = DBID. */
const VALUES = 'values';
/** The section that describes the attribute itself: dbid, display-name, description. */
const ATTRIBUTE = 'attribute';

/**
 * The Business Attributes (enumerations) that value the `*_type` and `disposition` fields.
 *
 * Section `business-attributes` (of a tenant: `business-attributes.<DBID>`) maps fields to attributes, as in
 * `Service.type = ServiceType`. The attribute is the list object of that name: section `values` gives each value's
 * name and DBID, a section named after a value its display-name, description and `expiration`. A field that is not
 * mapped takes anything, and so does one that is mapped to an attribute that does not exist.
 */
export class BusinessAttributes {
  constructor(private readonly configuration: ContextConfiguration) {}

  /**
   * Checks a field's value and gives the form in which it is stored: the DBID, or with option `store-names` the name.
   * @throws ContextError `invalid`, whose message lists the valid values
   */
  accept(tenant: number, resource: Resource, field: AttributeField, value: unknown): AttributeValue {
    const label = field === 'type' ? `${resource.toLowerCase()}_type` : field;
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalid(label, 'a DBID (integer) or the name of a value (string) is expected');
    }
    const section = this.#section(tenant);
    const values = this.#values(section, resource, field);
    if (!values) return value;
    const found = find(values, value);
    if (found) return section['store-names'] === 'true' ? found.name : found.dbid;
    const valid = entries(values).map(({ name, dbid }) => `${name} (${dbid})`);
    throw invalid(label, `'${value}' is not one of the valid values: ${valid.join(', ')}`);
  }

  /** The form in which a stored value is answered: by name when option `map-names` says so and the value still exists. */
  present(tenant: number, resource: Resource, field: AttributeField, stored: AttributeValue): AttributeValue {
    const section = this.#section(tenant);
    const values = this.#values(section, resource, field);
    const found = values && find(values, stored);
    if (!found) return stored;
    return section['map-names'] === 'true' ? found.name : found.dbid;
  }

  /** Every stored form of the values that a filter names, by DBID or by name, as text. */
  forms(tenant: number, resource: Resource, field: AttributeField, wanted: readonly string[]): string[] {
    const values = this.#values(this.#section(tenant), resource, field);
    return wanted.flatMap((value) => {
      const found = values && find(values, value);
      return found ? [String(found.dbid), found.name] : [value];
    });
  }

  /** The retention that is configured on a value of `Service.type`, in milliseconds. */
  retentionMs(tenant: number, value: AttributeValue | undefined): number | undefined {
    if (value === undefined) return undefined;
    const name = this.#attributeName(this.#section(tenant), 'Service', 'type');
    const list = name === undefined ? undefined : this.configuration.object('lists', name);
    const found = list?.[VALUES] && find(list[VALUES], value);
    const text = found && list[found.name]?.expiration;
    return text ? parseRetentionPeriod(text) : undefined;
  }

  /** Every Business Attribute that a field is mapped to. */
  all(tenant: number): BusinessAttributeView[] {
    const section = this.#section(tenant);
    const fieldsOf = new Map<string, string[]>();
    for (const resource of RESOURCES) {
      for (const field of FIELDS) {
        const name = this.#attributeName(section, resource, field);
        if (name) fieldsOf.set(name, [...(fieldsOf.get(name) ?? []), `${resource}.${field}`]);
      }
    }
    const views: BusinessAttributeView[] = [];
    for (const [name, fields] of fieldsOf) {
      const list = this.configuration.object('lists', name);
      if (list) views.push(view(name, list, fields, section['map-names'] === 'true'));
    }
    return views;
  }

  /** @throws ContextError `business-attribute-not-found` */
  named(tenant: number, name: string): BusinessAttributeView {
    const found = this.all(tenant).find((attribute) => attribute.name === name);
    if (!found) throw new ContextError('business-attribute-not-found', `No field uses '${name}'.`, name);
    return found;
  }

  /** The attribute that a field such as `Service.media_type` is mapped to. @throws ContextError as `named` */
  ofField(tenant: number, field: string): BusinessAttributeView {
    const wanted = field.replace(/\.(service|state|task)_type$/, '.type');
    const found = this.all(tenant).find((attribute) => attribute.cv_attributes.includes(wanted));
    if (!found) throw new ContextError('business-attribute-not-found', `'${field}' is not mapped.`, field);
    return found;
  }

  #section(tenant: number): OptionMap {
    const own = this.configuration.section(`business-attributes.${tenant}`);
    for (const _ in own) return own;
    return this.configuration.section('business-attributes');
  }

  #attributeName(section: OptionMap, resource: Resource, field: AttributeField): string | undefined {
    return section[`${resource}.${field}`] || (field === 'type' && section[typeAlias(resource)]) || undefined;
  }

  #values(section: OptionMap, resource: Resource, field: AttributeField): OptionMap | undefined {
    const name = this.#attributeName(section, resource, field);
    return name === undefined ? undefined : this.configuration.object('lists', name)?.[VALUES];
  }
}

/** `Service.service_type`, which some configurations write for `Service.type`. */
function typeAlias(resource: Resource): string {
  return `${resource}.${resource.toLowerCase()}_type`;
}

function find(values: OptionMap, wanted: AttributeValue): { name: string; dbid: number } | undefined {
  const text = String(wanted);
  const dbid = Object.hasOwn(values, text) ? values[text] : undefined;
  if (dbid !== undefined) return { name: text, dbid: Number(dbid) };
  for (const name in values) if (values[name] === text) return { name, dbid: Number(text) };
  return undefined;
}

function entries(values: OptionMap): { name: string; dbid: number }[] {
  return Object.entries(values).map(([name, dbid]) => ({ name, dbid: Number(dbid) }));
}

function view(name: string, list: ListObject, fields: string[], mapName: boolean): BusinessAttributeView {
  const own = list[ATTRIBUTE] ?? {};
  return {
    name,
    dbid: Number(own.dbid ?? 0),
    display_name: own['display-name'] ?? name,
    description: own.description ?? '',
    map_name: mapName,
    cv_attributes: fields,
    values: entries(list[VALUES] ?? {}).map((value) => ({
      ...value,
      display_name: list[value.name]?.['display-name'] ?? value.name,
      description: list[value.name]?.description ?? '',
    })),
  };
}
