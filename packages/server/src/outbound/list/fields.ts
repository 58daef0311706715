/** A user-defined column of a list. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: 'int' | 'float' | 'char' | 'varchar' | 'datetime';
  /** Most characters of texts. */
  readonly length?: number | undefined;
  readonly defaultValue?: string | number | undefined;
  /** Default true. */
  readonly isNullable?: boolean | undefined;
  /** Key that carries it in events and requests (user property `send_attribute`); default: its name. */
  readonly sendAttribute?: string | undefined;
}
