import { TextDecoder } from 'node:util';
import { RingbackError } from '../../../kernel/index.js';

/** Stands for bytes that are no text in the encoding. */
export const UNREADABLE = '\uFFFD';

/**
 * The text of a file as it arrives. A byte-order mark says UTF-8 or UTF-16 and is taken off; else the encoding is what the
 * client says, or UTF-8. Bytes that are no text become `UNREADABLE`, so that only the lines that have them are refused.
 * @param charset any name of the Encoding standard (`windows-1252`, `iso-8859-1`, `utf-16le` ...)
 * @param onBytes hears how many bytes have been read
 * @throws RingbackError `unknown-encoding`
 */
export async function* textOf(
  source: AsyncIterable<Uint8Array>,
  charset: string | undefined,
  onBytes: (count: number) => void,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let head: Uint8Array = new Uint8Array();
  for await (const chunk of source) {
    onBytes(chunk.length);
    if (decoder) {
      yield decoder.decode(chunk, { stream: true });
      continue;
    }
    head = Buffer.concat([head, chunk]);
    if (head.length < LONGEST_MARK) continue;
    decoder = decoderFor(head, charset);
    yield decoder.decode(head, { stream: true });
  }
  decoder ??= decoderFor(head, charset);
  yield head.length < LONGEST_MARK ? decoder.decode(head) : decoder.decode();
}

const LONGEST_MARK = 3;

/** The decoders take the mark off by themselves. */
function decoderFor(head: Uint8Array, charset = 'utf-8'): TextDecoder {
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder('utf-8');
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le');
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be');
  try {
    return new TextDecoder(charset);
  } catch (error) {
    throw new RingbackError('unknown-encoding', `The encoding "${charset}" is not known.`, [], { cause: error });
  }
}
