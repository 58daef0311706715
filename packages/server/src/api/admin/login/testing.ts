import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** An identity provider for tests: it lets everybody in as whom it is told to, and keeps to the protocol. */
export class IdentityProvider {
  readonly #server: Server;
  readonly #key: CryptoKey;
  /** Claims of the next person. */
  claims: JWTPayload = {};
  /** What clients said at the authorization endpoint, by the code that they were given. */
  readonly #asked = new Map<string, URLSearchParams>();
  #codes = 0;

  private constructor(server: Server, key: CryptoKey) {
    this.#server = server;
    this.#key = key;
  }

  static async start(): Promise<IdentityProvider> {
    const { publicKey, privateKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'RS256', use: 'sig' };
    const server = createServer();
    // It never ends a connection that rests: a request that is sent just then would fail.
    server.keepAliveTimeout = 0;
    const provider = new IdentityProvider(server, privateKey);
    server.on('request', async (request: IncomingMessage, response) => {
      const body = await bodyOf(request);
      const { status, value, location } = await provider.#answer(
        new URL(request.url ?? '/', provider.issuer),
        body,
        jwk,
      );
      response.writeHead(status, { 'content-type': 'application/json', ...(location && { location }) });
      response.end(JSON.stringify(value));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // a TCP server that listens
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** A token of the person, for this audience. */
  token(claims: JWTPayload, audience = 'ringback', lifetime = '5m'): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(this.issuer)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime(lifetime)
      .sign(this.#key);
  }

  async #answer(
    url: URL,
    body: URLSearchParams,
    jwk: object,
  ): Promise<{ status: number; value?: unknown; location?: string }> {
    const { issuer } = this;
    switch (url.pathname) {
      case '/.well-known/openid-configuration':
        return {
          status: 200,
          value: {
            issuer,
            authorization_endpoint: `${issuer}/authorize`,
            token_endpoint: `${issuer}/token`,
            jwks_uri: `${issuer}/keys`,
            id_token_signing_alg_values_supported: ['RS256'],
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
          },
        };
      case '/keys':
        return { status: 200, value: { keys: [jwk] } };
      case '/authorize': {
        this.#codes += 1;
        const code = `code-${this.#codes}`;
        this.#asked.set(code, url.searchParams);
        const back = new URL(url.searchParams.get('redirect_uri') ?? '');
        back.search = new URLSearchParams({ code, state: url.searchParams.get('state') ?? '' }).toString();
        return { status: 302, location: back.href };
      }
      case '/token':
        return this.#exchange(body);
      default:
        return { status: 404 };
    }
  }

  async #exchange(body: URLSearchParams): Promise<{ status: number; value: unknown }> {
    const asked = this.#asked.get(body.get('code') ?? '');
    const isKnown = asked && body.get('client_secret') === 'shh' && body.get('code_verifier') !== null;
    if (!isKnown) return { status: 400, value: { error: 'invalid_grant' } };
    const nonce = asked.get('nonce');
    const idToken = await this.token({ sub: 'u1', ...this.claims, ...(nonce !== null && { nonce }) });
    return { status: 200, value: { access_token: 'opaque', token_type: 'Bearer', id_token: idToken } };
  }
}

async function bodyOf(request: IncomingMessage): Promise<URLSearchParams> {
  let body = '';
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}
