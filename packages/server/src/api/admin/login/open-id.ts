import { createRemoteJWKSet, type JWTPayload, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { type OptionReader, type OptionSource, sectionOptions, type User } from '../../../config/index.js';
import { isObject } from '../../../kernel/index.js';
import { RequestError } from '../../http.js';

type Role = User['roles'][number];
const ROLES: readonly Role[] = ['administrator', 'supervisor', 'agent', 'developer'];

/** Somebody whom the identity provider vouches for. */
export interface Person {
  name: string;
  roles: Role[];
}

/** What the browser keeps between leaving for the provider and coming back. */
export interface Departure {
  state: string;
  nonce: string;
  verifier: string;
}

interface Provider {
  config: client.Configuration;
  keys: ReturnType<typeof createRemoteJWKSet>;
  issuer: string;
}

/**
 * Logging in with an identity provider (OpenID Connect, authorization code with PKCE), and bearer tokens of programs.
 * Options: section `oidc`. The provider's description is read when it is first needed, and again when the options change.
 */
export class OpenId {
  readonly #source: OptionSource;
  #provider: { key: string; ready: Promise<Provider> } | undefined;

  constructor(source: OptionSource) {
    this.#source = source;
  }

  get isConfigured(): boolean {
    const options = this.#options;
    return options.text('issuer') !== '' && options.text('client_id') !== '';
  }

  /** What the button of the login page says. */
  get title(): string {
    return this.#options.text('title');
  }

  /** Address to come back to. @param origin of this server, as the browser names it */
  redirectUri(origin: string): string {
    return this.#options.text('redirect_uri') || `${origin}/login/oidc/callback`;
  }

  /** Where to send the browser. @throws RequestError 502 when the provider cannot be reached */
  async depart(redirectUri: string): Promise<{ url: URL; departure: Departure }> {
    const { config } = await this.#discovered();
    const departure = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
    };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: this.#options.text('scope'),
      state: departure.state,
      nonce: departure.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(departure.verifier),
      code_challenge_method: 'S256',
    });
    return { url, departure };
  }

  /**
   * Who has come back.
   * @param returned the address that the browser was sent to, with its query
   * @throws RequestError 401 when the provider does not vouch for anybody
   */
  async arrive(returned: URL, { state, nonce, verifier }: Departure): Promise<Person> {
    const { config } = await this.#discovered();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    let claims: Record<string, unknown> | undefined;
    try {
      const tokens = await client.authorizationCodeGrant(config, returned, checks);
      claims = tokens.claims();
    } catch (error) {
      throw new RequestError(
        401,
        'login-refused',
        `The identity provider did not confirm the login: ${reasonOf(error)}`,
      );
    }
    return this.#personOf(claims ?? {});
  }

  /** Whose token it is; undefined for tokens that are not valid here. */
  async bearer(token: string): Promise<Person | undefined> {
    if (!this.isConfigured) return undefined;
    const { issuer, keys } = await this.#discovered();
    const options = this.#options;
    const audience = options.text('audience') || options.text('client_id');
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, keys, { issuer, audience }));
    } catch (error) {
      if (error instanceof TypeError) throw unreachable(error);
      return undefined;
    }
    return this.#personOf(payload);
  }

  get #options(): OptionReader {
    return sectionOptions(this.#source, 'oidc');
  }

  #personOf(claims: Readonly<Record<string, unknown>>): Person {
    const options = this.#options;
    const name = claims[options.text('name_claim')] ?? claims.sub;
    const held = new Set(valuesOf(memberOf(claims, options.text('roles_claim'))));
    return { name: String(name), roles: ROLES.filter((role) => held.has(options.text(role))) };
  }

  #discovered(): Promise<Provider> {
    const options = this.#options;
    const key = JSON.stringify(options.all);
    if (this.#provider?.key !== key) {
      const ready = discover(options).catch((error: unknown) => {
        // Asked again at the next login.
        this.#provider = undefined;
        throw unreachable(error);
      });
      this.#provider = { key, ready };
    }
    return this.#provider.ready;
  }
}

async function discover(options: OptionReader): Promise<Provider> {
  const issuer = new URL(options.text('issuer'));
  const secret = options.text('client_secret');
  const insecure = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [];
  const config = await client.discovery(
    issuer,
    options.text('client_id'),
    undefined,
    secret === '' ? client.None() : client.ClientSecretPost(secret),
    { execute: [...insecure, client.enableNonRepudiationChecks] },
  );
  const metadata = config.serverMetadata();
  if (metadata.jwks_uri === undefined) throw new Error('the provider publishes no keys');
  return { config, issuer: metadata.issuer, keys: createRemoteJWKSet(new URL(metadata.jwks_uri)) };
}

/** A claim by its name, or by a path of names with dots between them (`realm_access.roles`). */
function memberOf(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (path in claims) return claims[path];
  let value: unknown = claims;
  for (const name of path.split('.')) value = isObject(value) ? value[name] : undefined;
  return value;
}

function valuesOf(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string' ? claim.split(/[\s,]+/) : [];
}

function unreachable(error: unknown): RequestError {
  return new RequestError(
    502,
    'identity-provider-unreachable',
    `The identity provider cannot be used: ${reasonOf(error)}`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
