type OptionMap = Readonly<Record<string, string>>;

/**
 * The address at which a file that is stored with a service is fetched: below `external_url_base` of section `server`, which is how clients reach
 * the server; the path alone with `relative_url`, or while no address is known.
 * @param own address of this process, if it has one
 */
export function fileLink(server: OptionMap, own: string | undefined, service: string, key: string): string {
  const path = `/genesys/1/service/${encodeURIComponent(service)}/storage/binary/${encodeURIComponent(key)}`;
  const base = server.relative_url?.toLowerCase() === 'true' ? '' : server.external_url_base?.trim() || own || '';
  return base.replace(/\/+$/, '') + path;
}
