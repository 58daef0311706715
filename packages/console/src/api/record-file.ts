/** Ending of a file's name and the media type that the server takes it under. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['csv', 'text/csv'],
  ['txt', 'text/csv'],
  ['ndjson', 'application/x-ndjson'],
  ['jsonl', 'application/x-ndjson'],
]);

/** What the file input offers. */
export const RECORD_FILES = [...TYPES.keys()].map((ending) => `.${ending}`).join(',');

/** A file of records as it is sent: CSV unless its name says JSON lines. */
export function recordFile(file: File): { content: Blob; type: string } {
  const ending = /\.([^.]+)$/.exec(file.name)?.[1]?.toLowerCase() ?? '';
  return { content: file, type: TYPES.get(ending) ?? 'text/csv' };
}
