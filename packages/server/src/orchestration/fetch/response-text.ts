import { RingbackError } from '../../kernel/index.js';

/** Of an answer. */
const MOST_BYTES = 1024 * 1024;

/** Reads a body as text, in the encoding that its content type names (UTF-8 without). @throws RingbackError `too-large` */
export async function readText(body: AsyncIterable<Buffer>, contentType: string | undefined): Promise<string> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of body) {
    total += chunk.length;
    if (total > MOST_BYTES) throw new RingbackError('too-large', `the answer is larger than ${MOST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return decoderFor(contentType).decode(Buffer.concat(chunks));
}

/** An encoding that is not known is read as UTF-8: what cannot be read shows as replacement characters. */
function decoderFor(contentType: string | undefined): InstanceType<typeof TextDecoder> {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(contentType ?? '')?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(charset);
  } catch (error) {
    if (error instanceof RangeError) return new TextDecoder('utf-8');
    throw error;
  }
}
