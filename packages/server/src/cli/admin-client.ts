import { Option } from 'commander';
import { RingbackError } from '../kernel/index.js';

/** Where the running server is: without a word about it, where `start` puts it in the same environment. */
export function serverOption(environment: NodeJS.ProcessEnv = process.env): Option {
  return new Option('--server <url>', 'address of the running server')
    .env('RINGBACK_URL')
    .default(`http://127.0.0.1:${environment.RINGBACK_PORT || '8080'}`);
}

/** What is sent: a text, or a file as it is read. */
export type AdminBody = string | AsyncIterable<Uint8Array>;

/**
 * One request to the administration API of a running server, as user `admin` with `RINGBACK_ADMIN_PASSWORD` if it is set.
 * @throws RingbackError with what the server said
 */
export async function adminRequest(
  server: string,
  method: string,
  path: string,
  body?: AdminBody,
  contentType?: string,
): Promise<unknown> {
  const password = process.env.RINGBACK_ADMIN_PASSWORD;
  const headers: Record<string, string> = { accept: 'application/json' };
  if (contentType) headers['content-type'] = contentType;
  if (password) headers.authorization = `Basic ${Buffer.from(`admin:${password}`).toString('base64')}`;
  let response: Response;
  try {
    response = await fetch(new URL(path, server), {
      ...{ method, headers },
      // A body that is sent while it is read does not wait for the answer's beginning.
      ...(body !== undefined && { body, duplex: 'half' as const }),
    });
  } catch (error) {
    throw new RingbackError('unreachable', `No server answers at ${server}.`, [], { cause: error });
  }
  const text = await response.text();
  if (!response.ok) throw new RingbackError('refused', `${response.status} ${detailOf(text)}`);
  return text === '' ? null : JSON.parse(text);
}

function detailOf(text: string): string {
  try {
    const problem: unknown = JSON.parse(text);
    return typeof problem === 'object' && problem !== null && 'detail' in problem ? String(problem.detail) : text;
  } catch {
    return text;
  }
}
