import type { FastifyReply, FastifyRequest } from 'fastify';

export interface CookieOptions {
  /** Default: the whole server. */
  path?: string;
  /** Default: until the browser is closed. 0 takes the cookie away. */
  maxAgeSeconds?: number;
  /** Whether scripts of the console may read and change it. Default false. */
  readable?: boolean;
}

/** The value of a cookie of a request. */
export function readCookie(request: Pick<FastifyRequest, 'headers'>, name: string): string | undefined {
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=') || undefined;
  }
  return undefined;
}

/**
 * Sets a cookie that scripts cannot read, unless it is meant for them, and that pages of other sites do not send along
 * when they post.
 */
export function setCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  name: string,
  value: string,
  { path = '/', maxAgeSeconds, readable = false }: CookieOptions = {},
): void {
  const secure = originOf(request).startsWith('https:') ? '; Secure' : '';
  const age = maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  const hidden = readable ? '' : '; HttpOnly';
  reply.header('set-cookie', `${name}=${value}; Path=${path}${hidden}; SameSite=Lax${secure}${age}`);
}

/** This server as the browser names it; a proxy in front may say that it speaks TLS. */
export function originOf(request: FastifyRequest): string {
  const forwarded = request.headers['x-forwarded-proto'];
  const protocol = forwarded === 'https' ? 'https' : request.protocol;
  return `${protocol}://${request.headers.host ?? 'localhost'}`;
}
