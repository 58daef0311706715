import { type ErrorDetail, RingbackError } from '../kernel/index.js';

/** What can go wrong in Context Services; each API maps these to its own codes and texts. */
export type ContextErrorCode =
  | 'service-not-found'
  | 'state-not-found'
  | 'task-not-found'
  | 'profile-not-found'
  | 'record-not-found'
  | 'extension-not-found'
  | 'identification-key-not-found'
  | 'business-attribute-not-found'
  | 'unknown-tenant'
  | 'no-tenant'
  | 'missing'
  | 'invalid'
  | 'already-completed'
  | 'already-exists'
  | 'unique-key-conflict'
  | 'merge-conflict'
  | 'extension-in-use'
  | 'maintenance'
  | 'disabled'
  | 'no-export-directory';

/** An error of this domain. `subject` is what it is about: the id that was not found, the tenant that is unknown. */
export class ContextError extends RingbackError {
  override readonly code: ContextErrorCode;

  constructor(
    code: ContextErrorCode,
    message: string,
    readonly subject = '',
    details: ErrorDetail[] = [],
  ) {
    super(code, message, details);
    this.code = code;
    this.name = 'ContextError';
  }
}

/** A field has a value that is not allowed. @param field its path, such as `Phone[0].number` @param rule what is right */
export function invalid(field: string, rule: string): ContextError {
  const pointer = `/${field.replace(/\[(\d+)\]/g, '.$1').replaceAll('.', '/')}`;
  return new ContextError('invalid', `Invalid value of '${field}': ${rule}`, field, [{ pointer, detail: rule }]);
}

/** A field that is mandatory is absent. */
export function missing(field: string, rule = 'it is mandatory'): ContextError {
  const detail = { pointer: `/${field.replaceAll('.', '/')}`, detail: rule };
  return new ContextError('missing', `Missing parameter '${field}': ${rule}`, field, [detail]);
}
