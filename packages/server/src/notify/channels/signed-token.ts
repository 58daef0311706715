import { type KeyObject, sign } from 'node:crypto';
import type { JsonObject } from '../../kernel/index.js';

/** A JSON Web Token (RFC 7519), signed with RSA and SHA-256 or with ECDSA on P-256. */
export function signedToken(
  algorithm: 'RS256' | 'ES256',
  header: JsonObject,
  claims: JsonObject,
  key: KeyObject,
): string {
  const encoded = [{ alg: algorithm, typ: 'JWT', ...header }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  const content = encoded.join('.');
  // JWS takes the two numbers of an ECDSA signature side by side, not as ASN.1.
  const signature = sign('sha256', Buffer.from(content), { key, dsaEncoding: 'ieee-p1363' });
  return `${content}.${signature.toString('base64url')}`;
}
