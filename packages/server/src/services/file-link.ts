type OptionMap = Readonly<Record<string, string>>;

/**
 * The address, for clients, of a path of this server: below `external_url_base` of section `server`, which is how clients
 * reach it; the path alone with `relative_url`, or while no address is known.
 * @param own address of this process, if it has one
 */
export function clientLink(server: OptionMap, own: string | undefined, path: string): string {
  const base = server.relative_url?.toLowerCase() === 'true' ? '' : server.external_url_base?.trim() || own || '';
  return base.replace(/\/+$/, '') + path;
}

/** The address at which a file that is stored with a service is fetched. */
export function fileLink(server: OptionMap, own: string | undefined, service: string, key: string): string {
  const path = `/genesys/1/service/${encodeURIComponent(service)}/storage/binary/${encodeURIComponent(key)}`;
  return clientLink(server, own, path);
}
