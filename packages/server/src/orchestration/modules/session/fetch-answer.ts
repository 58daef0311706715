import { SaxesParser } from 'saxes';
import { RingbackError } from '../../../kernel/index.js';
import type { FetchResponse } from '../../fetch/guarded-fetch.js';

/**
 * Whether an answer is what the application expects by `type` (ors-core-queue.md 2.3). JSON and XML must be well-formed,
 * whatever their server calls them; plain text may be anything. An empty answer is of every type.
 * @throws RingbackError `wrong-type`
 */
export function mustBe(expected: string, { content, headers }: FetchResponse): void {
  const type = (expected.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (content.trim() === '') return;
  const isJson = type === 'application/json' || type.endsWith('+json');
  const isXml = type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml');
  if (isJson) mustBeJson(content);
  if (isXml) mustBeXml(content);
  if (isJson || isXml) return;
  const given = (headers['content-type']?.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (type === 'text/plain' || type === '*/*' || given === '' || given === type) return;
  throw new RingbackError('wrong-type', `the answer is ${given}, not ${type}`);
}

function mustBeJson(content: string): void {
  try {
    JSON.parse(content);
  } catch (error) {
    throw new RingbackError('wrong-type', 'the answer is not JSON', [], { cause: error });
  }
}

function mustBeXml(content: string): void {
  const parser = new SaxesParser();
  let wrong: Error | undefined;
  parser.on('error', (error) => {
    wrong ??= error;
  });
  parser.write(content).close();
  if (wrong) throw new RingbackError('wrong-type', 'the answer is not XML', [], { cause: wrong });
}
