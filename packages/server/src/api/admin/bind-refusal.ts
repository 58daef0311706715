import { isIPv4 } from 'node:net';
import type { Api, Listener, OptionMap, User } from '../../config/index.js';
import { hasAdministrator } from './authentication.js';

/** What of the configuration says whether authentication is configured. */
export interface BindConfiguration {
  section(name: string): OptionMap;
  objects(kind: 'users'): ReadonlyMap<string, User>;
  objects(kind: 'listeners'): ReadonlyMap<string, Listener>;
}

export interface BindRequest {
  /** The address that the main port is bound to. */
  host: string;
  config: BindConfiguration;
  adminPassword?: string | undefined;
  /** The APIs that have no authentication of their own but that of section `server`. */
  apis?: readonly Api[];
}

/**
 * Why the server must not be reachable from other machines (interface.md, section 1): that needs an admin password or
 * users, and credentials for the compatible APIs or the statement that they are meant to be open.
 * @returns undefined when it may be bound as asked
 */
export function bindRefusal({
  host,
  config,
  adminPassword,
  apis = ['gms', 'ors', 'ocs'],
}: BindRequest): string | undefined {
  const listeners = [...config.objects('listeners').values()];
  const hosts = [host, ...listeners.flatMap((listener) => listener.host ?? [])];
  const open = hosts.find((candidate) => !isLoopback(candidate));
  if (open === undefined) return undefined;
  const missing = [...peopleMissing(config, adminPassword), ...credentialsMissing(config, listeners, apis)];
  if (missing.length === 0) return undefined;
  return `The address ${open} is reachable from other machines, which needs authentication. ${missing.join(' ')} Or bind to 127.0.0.1.`;
}

function peopleMissing(config: BindConfiguration, adminPassword: string | undefined): string[] {
  const { issuer = '', client_id: client = '' } = config.section('oidc');
  if (adminPassword || hasAdministrator(config.objects('users').values()) || (issuer !== '' && client !== ''))
    return [];
  return ['Set RINGBACK_ADMIN_PASSWORD, or configure `users` with an administrator among them.'];
}

function credentialsMissing(config: BindConfiguration, listeners: readonly Listener[], apis: readonly Api[]): string[] {
  const { username = '', password = '' } = config.section('server');
  if (username.trim() !== '' && password.trim() !== '') return [];
  const closed = apis.filter((api) => !listeners.some((listener) => listener.api === api && listener.open));
  if (closed.length === 0) return [];
  const entries = closed.map((api) => `{ name: ${api}, open: true }`).join(', ');
  return [
    `Set \`username\` and \`password\` in section \`server\` of the options, or say that the APIs are open: \`listeners: [${entries}]\`.`,
  ];
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || name === '::1' || (isIPv4(name) && name.startsWith('127.'));
}
