/** A name as HTTP allows it, and a value without control characters. */
const LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\t\x20-\x7e]*)$/;

/**
 * Headers of option `http-custom-headers`: `Name: value`, several in lines of their own or separated by ` | `. What cannot
 * be a header is left out; names that HTTP itself needs are not for others to set.
 */
export function customHeaders(option: string | undefined): [name: string, value: string][] {
  const headers: [string, string][] = [];
  for (const line of (option ?? '').split(/\r?\n|\s\|\s/)) {
    const [, name, value] = LINE.exec(line.trim()) ?? [];
    if (name === undefined || value === undefined || RESERVED.has(name.toLowerCase())) continue;
    headers.push([name, value.trim()]);
  }
  return headers;
}

const RESERVED = new Set(['content-length', 'content-type', 'transfer-encoding', 'connection', 'upgrade', 'trailer']);
