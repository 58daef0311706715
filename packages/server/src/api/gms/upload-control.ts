import { RequestError } from '../http/failure.js';
import type { UploadedFile } from '../http.js';

type OptionMap = Readonly<Record<string, string>>;

/** What files of a type begin with, as far as it is a risk to take them for another one: bytes, in hexadecimal. */
const SIGNATURES: readonly (readonly [type: string, beginning: RegExp])[] = [
  ['image/png', /^89504e470d0a1a0a/],
  ['image/jpeg', /^ffd8ff/],
  ['image/gif', /^47494638/],
  ['image/webp', /^52494646.{8}57454250/],
  ['audio/wav', /^52494646.{8}57415645/],
  ['audio/mpeg', /^(?:494433|ff(?:fb|f3|f2))/],
  ['video/mp4', /^.{8}66747970/],
  ['application/pdf', /^255044462d/],
  ['application/zip', /^504b0304/],
  ['application/gzip', /^1f8b/],
  ['application/x-msdownload', /^4d5a/],
  ['application/x-elf', /^7f454c46/],
];
/** The same as text. */
const MARKUP: readonly (readonly [type: string, beginning: RegExp])[] = [
  ['image/svg+xml', /^\s*(?:<\?xml[^>]*>\s*)?<svg[\s>]/i],
  ['text/html', /^\s*<(?:!doctype\s+html|html|head|body|script|iframe)[\s>]/i],
];
const INSPECTED_BYTES = 512;

/** Types that are made of another one: what they begin with says no more. */
const ZIPPED = /^application\/(?:vnd\.openxmlformats|vnd\.oasis|java-archive|epub|zip|x-zip)/;

/**
 * Refuses files that the options of section `server` do not allow: with `allow-file-control`, those whose type, as declared
 * or as its content shows, is not in `allowed-mime-types` (GMS Security and Access Control).
 * @throws RequestError 415
 */
export function requireAllowedFiles(server: OptionMap, uploads: readonly UploadedFile[]): void {
  if (server['allow-file-control']?.toLowerCase() !== 'true') return;
  const allowed = new Set((server['allowed-mime-types'] ?? '').split(',').map((type) => type.trim().toLowerCase()));
  for (const { type, content } of uploads) {
    const declared = type.toLowerCase();
    if (!allowed.has(declared)) throw refused(type);
    const shown = contentType(content);
    const consistent = shown === undefined || shown === declared || allowed.has(shown) || isZipped(shown, declared);
    if (!consistent) throw refused(shown);
  }
}

function isZipped(shown: string, declared: string): boolean {
  return shown === 'application/zip' && ZIPPED.test(declared);
}

/** The type that a file's first bytes show; undefined when they could be of many. */
function contentType(content: Buffer): string | undefined {
  const beginning = content.subarray(0, INSPECTED_BYTES);
  const found =
    SIGNATURES.find(([, bytes]) => bytes.test(beginning.toString('hex'))) ??
    MARKUP.find(([, text]) => text.test(beginning.toString('latin1')));
  return found?.[0];
}

function refused(type: string): RequestError {
  return new RequestError(415, 'mime-type-not-allowed', `Mime type ${type} is not allowed`);
}
