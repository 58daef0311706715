import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { ErrorDetail } from '../kernel/index.js';
import { type FailureFormat, pathOf, sendFailure } from './http/failure.js';

/** Problem documents (RFC 9457): how Ringback's own API reports errors. */
export interface Problem {
  /** `urn:ringback:problem:` and the stable code of the error. */
  type: string;
  title: string;
  status: number;
  detail: string;
  errors?: ErrorDetail[];
}

export const problemSchema = Type.Object(
  {
    type: Type.String({ description: 'A stable code of the error, as a URI reference' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          pointer: Type.String({ description: 'JSON pointer to the field that is wrong' }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { $id: 'Problem', title: 'Problem', description: 'Problem document, RFC 9457' },
);

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Authentication required',
  403: 'Forbidden',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  413: 'Too large',
  414: 'Address too long',
  415: 'Unsupported media type',
  422: 'Invalid content',
  500: 'Internal error',
  503: 'Service unavailable',
};

/** The problem document of a failure. */
export const asProblem: FailureFormat = ({ status, code, detail, errors }) => {
  const problem: Problem = {
    type: `urn:ringback:problem:${code}`,
    title: TITLES[status] ?? 'Error',
    status,
    detail,
    ...(errors.length > 0 && { errors }),
  };
  return { type: 'application/problem+json; charset=utf-8', body: JSON.stringify(problem) };
};

/** Answers addresses that nobody serves with a problem document. */
export function answerNotFound(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const detail = `There is nothing at ${request.method} ${pathOf(request)}.`;
    return sendFailure(reply, request, { status: 404, code: 'not-found', detail, errors: [] }, asProblem);
  });
}
