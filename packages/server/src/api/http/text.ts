import { isUtf8 } from 'node:buffer';
import { RequestError } from './failure.js';

const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]+)"?/i;

/** The charset that a content type names, in lower case; UTF-8 unless it names one. */
export function charsetOf(contentType: string | undefined): string {
  return CHARSET.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
}

/**
 * Reads bytes in a charset.
 * @throws RequestError 415 for an unknown charset, 400 for bytes that are no text in it
 */
export function decode(bytes: Buffer, charset: string): string {
  if (charset === 'utf-8' || charset === 'utf8') {
    if (!isUtf8(bytes)) throw malformed(charset);
    const text = bytes.toString('utf8');
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  }
  const decoder = decoderFor(charset);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw malformed(charset);
    throw error;
  }
}

function decoderFor(charset: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RequestError(415, 'unsupported-charset', `The charset "${charset}" is not known.`);
  }
}

function malformed(charset: string): RequestError {
  return new RequestError(400, 'malformed-text', `The body is not valid ${charset.toUpperCase()} text.`);
}

/** Characters that no database column can hold: NUL, and halves of surrogate pairs. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/** @throws RequestError 400 for a text that could not be stored */
export function requireStorable(text: string): string {
  if (!UNSTORABLE.test(text)) return text;
  throw new RequestError(400, 'malformed-text', 'The request contains a NUL character or half of a surrogate pair.');
}
