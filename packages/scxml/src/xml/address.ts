/**
 * Resolves a reference against the address of the document that contains it. Plain paths are accepted as base, and
 * backslashes between the segments of a reference.
 */
export function resolveAddress(written: string, base: string): string {
  const reference = written.includes('\\') ? written.replaceAll('\\', '/') : written;
  if (URL.canParse(reference, base)) return new URL(reference, base).href;
  if (URL.canParse(reference)) return new URL(reference).href;
  // The base is a path: resolve on a made-up origin and take the path back.
  const origin = 'path://base/';
  const rooted = base.startsWith('/');
  const resolved = new URL(reference, new URL(base.replace(/^\/+/, ''), origin));
  const path = decodeURI(resolved.pathname).replace(/^\/+/, '');
  return rooted ? `/${path}` : path;
}
