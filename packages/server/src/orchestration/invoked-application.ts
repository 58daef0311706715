import type { InvokeEffect } from '@ringback/scxml';
import { RingbackError } from '../kernel/index.js';
import type { Transaction } from '../store/sql.js';
import type { ApplicationSource } from './application-source.js';
import type { FlowLibrary } from './flow-library.js';

const SCXML = new Set(['scxml', 'http://www.w3.org/TR/scxml', 'http://www.w3.org/TR/scxml/']);

/**
 * The application that an `<invoke>` names: the document in its `<content>`, another document of the same application,
 * an address, or a flow.
 * @throws RingbackError `unsupported-type`, `invalid-flow`, `unknown-flow`
 */
export async function invokedApplication(
  tx: Transaction,
  { flows, source }: { flows: FlowLibrary; source: ApplicationSource },
  parent: { flow: string; version: number },
  effect: InvokeEffect,
): Promise<{ flow: string; version?: number }> {
  const { type, content, base, src = '' } = effect;
  if (!SCXML.has(type)) throw new RingbackError('unsupported-type', `Nothing of the type '${type}' can be invoked`);
  const part = content === undefined ? { src } : { content, base };
  const embedded = await flows.embed(tx, parent, part);
  if (embedded) return embedded;
  return /^https?:/i.test(src) && !source.isOwn(src) ? { flow: src } : { flow: flowNamed(src) };
}

/** The flow that an address means: flows are `<name>/<name>.scxml`, and the engine has made `src` absolute. */
function flowNamed(src: string): string {
  const path = src.split(/[?#]/, 1)[0] ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.scxml$/, '');
  return URL.canParse(src) ? decodeURIComponent(name) : name;
}
