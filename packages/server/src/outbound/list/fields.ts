const FIELD_TYPES = ['int', 'float', 'char', 'varchar', 'datetime'] as const;
/** The original's CfgDataType. */
export type FieldType = (typeof FIELD_TYPES)[number];

export function fieldType(name: string | undefined): FieldType {
  return FIELD_TYPES.find((type) => type === name) ?? 'varchar';
}

/** A user-defined column of a list. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: FieldType;
  /** Most characters of texts. */
  readonly length?: number | undefined;
  readonly defaultValue?: string | number | undefined;
  /** Default true. */
  readonly isNullable?: boolean | undefined;
  /** Key that carries it in events and requests (user property `send_attribute`); default: its name. */
  readonly sendAttribute?: string | undefined;
}
