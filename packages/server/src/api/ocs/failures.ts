import type { FastifyRequest } from 'fastify';
import { type OutboundErrorCode, outboundErrorCodes } from '../../outbound/index.js';
import type { Failure, FailureFormat, StatusByCode } from '../http.js';

/** Status of each error (spec outbound.md 2.4). */
const BY_CODE: Partial<Record<OutboundErrorCode, number>> = {
  'campaign-not-found': 404,
  'group-not-found': 404,
  'group-campaign-not-found': 404,
  'campaign-not-loaded': 409,
  'campaign-already-loaded': 409,
  'campaign-not-started': 409,
  'campaign-already-started': 409,
  'invalid-campaign-mode': 409,
  'invalid-campaign-schedule-mode': 409,
  'license-violation': 409,
  'wrong-configuration': 409,
  'part-of-sequence': 409,
  'campaign-schedule-not-found': 404,
  'no-records-available': 404,
  'record-handle-not-found': 404,
  'desktop-campaign-not-found': 404,
  'desktop-campaign-not-loaded': 409,
  'not-in-preview-mode': 409,
  'calling-list-not-found': 404,
  'agent-not-in-group': 409,
  'preview-start-required': 409,
  'record-finalized': 409,
  'cannot-insert-record': 409,
  'desktop-limit-exceeded': 409,
};

export const STATUSES: StatusByCode = Object.fromEntries(
  outboundErrorCodes.map((code) => [code, BY_CODE[code] ?? 400]),
);

/** GSW_ERROR_NUMBER of what is wrong with a request as such. */
const UNKNOWN_REQUEST = 102;

/**
 * The body of an error: `GSW_USER_EVENT`, `GSW_ERROR`, `GSW_ERROR_NUMBER`; for clients that prefer pages, the text in one,
 * which some of them cut out of it again.
 */
export function failureFormat(numberOf: (failure: Failure) => number | undefined): FailureFormat {
  return (failure, request) => {
    const { detail } = failure;
    if (prefersPage(request)) {
      const plain =
        /text\/plain/i.test(request.headers.accept ?? '') && !/text\/html/i.test(request.headers.accept ?? '');
      const page = `<html><body>${escaped(detail)}</body></html>`;
      return { type: plain ? 'text/plain; charset=utf-8' : 'text/html; charset=utf-8', body: page };
    }
    const number = numberOf(failure) ?? UNKNOWN_REQUEST;
    return {
      type: 'application/json; charset=utf-8',
      body: JSON.stringify({ GSW_USER_EVENT: 'Error', GSW_ERROR: detail, GSW_ERROR_NUMBER: number }),
    };
  };
}

/** Whether `Accept` names a page or plain text before, or without, JSON. */
function prefersPage(request: FastifyRequest): boolean {
  const accepted = (request.headers.accept ?? '')
    .split(',')
    .map((item, index) => {
      const [type = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase());
      const quality = Number(/^q=([\d.]+)$/.exec(parameters.find((one) => one.startsWith('q=')) ?? '')?.[1] ?? 1);
      return { type, quality, index };
    })
    .filter(({ quality }) => quality > 0)
    .sort((one, other) => other.quality - one.quality || one.index - other.index);
  const first = accepted.find(({ type }) => type.startsWith('text/') || type.includes('json'))?.type ?? '';
  return first === 'text/html' || first === 'text/plain';
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ENTITIES[character] ?? character);
}
