import type { FastifyReply, FastifyRequest } from 'fastify';

/** Lets a request pass, or throws the error that refuses it. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

export const openToAll: Guard = async () => undefined;
