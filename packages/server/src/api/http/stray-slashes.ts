/** APIs whose clients were written for servers that read addresses leniently. */
const LENIENT = /^\/+(?:genesys|scxml|ors|ocs)(?=\/)/;
/** Pages whose relative links need the slash at the end. */
const KEPT = /^\/(?:genesys(?:\/admin)?|ors)\/$/;

/**
 * Addresses as clients join them: a base address that ends with a slash and a path that begins with one, or a slash behind
 * the path. The servers that they were written for took `/genesys//1/service/hello/` for `/genesys/1/service/hello`.
 * Escaped slashes belong to names and stay.
 * @param url path and query of a request
 */
export function withoutStraySlashes(url: string): string {
  if (!LENIENT.test(url)) return url;
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const joined = path.replace(/\/{2,}/g, '/');
  const plain = KEPT.test(joined) ? joined : joined.replace(/\/$/, '');
  return end < 0 ? plain : plain + url.slice(end);
}
