import pg from 'pg';

/**
 * What the driver and the network say when a connection cannot be made or breaks: no SQLSTATE comes with these. The last one
 * comes of graphile-worker, which gives a connection back twice when it breaks while it begins to listen.
 */
const BROKEN_CONNECTION =
  /^(Connection terminated|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after|Release called on client which has already been released)/;
const NETWORK_CODE =
  /^(ECONN\w+|EPIPE|ETIMEDOUT|ENOENT|EHOST\w+|ENET\w+|EADDRNOTAVAIL|ENOTFOUND|EAI_AGAIN|EACCES|ERR_STREAM_\w+)$/;

/**
 * SQLSTATE classes and codes that say that the server is going, coming or full, or has ended the session (PostgreSQL manual, appendix A).
 */
const SERVER_AWAY = /^(08...|57P..|53300|25P0[34])$/;

/** True when `error` says that the database cannot be reached or used now, whatever the statement was. */
export function isConnectionFailure(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return SERVER_AWAY.test(error.code ?? '');
  if (error instanceof AggregateError) return error.errors.some(isConnectionFailure);
  if (!(error instanceof Error)) return false;
  return ('code' in error && NETWORK_CODE.test(String(error.code))) || BROKEN_CONNECTION.test(error.message);
}

/** True when the transaction lost against a concurrent one and succeeds when repeated (serialization, deadlock). */
export function isWorthRepeating(error: unknown): boolean {
  return error instanceof pg.DatabaseError && (error.code === '40001' || error.code === '40P01');
}

/**
 * True when `error` is the violation of a unique index or key.
 * @param constraint name of the constraint or index; any if absent
 */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return (
    error instanceof pg.DatabaseError &&
    error.code === '23505' &&
    (constraint === undefined || error.constraint === constraint)
  );
}

/** True when a lock could not be had within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === '55P03';
}
