/** The documents of an application: address to text. */
export type Documents = Record<string, string>;

/** Beside them is stored which others could not be fetched: a JSON object, address to HTTP status, 0 without an answer. */
const UNAVAILABLE = 'ringback:unavailable';

/** What is stored of an application's documents and of those that could not be fetched. */
export function storedDocuments(documents: Documents, unavailable: Readonly<Record<string, number>>): Documents {
  const { [UNAVAILABLE]: _before, ...others } = documents;
  return Object.keys(unavailable).length === 0 ? others : { ...others, [UNAVAILABLE]: JSON.stringify(unavailable) };
}

/** The documents themselves, and the statuses of those that could not be fetched. */
export function readDocuments(stored: Documents): { documents: Documents; unavailable: Record<string, number> } {
  const { [UNAVAILABLE]: unavailable = '{}', ...documents } = stored;
  // Written by `storedDocuments` only.
  return { documents, unavailable: JSON.parse(unavailable) as Record<string, number> };
}
