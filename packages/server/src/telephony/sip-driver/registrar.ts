import { KeyedSequence, type Timer } from '../../kernel/index.js';
import { DigestGuard } from '../sip/digest.js';
import { contactsOf, cseqOf, required, toOf } from '../sip/header-values.js';
import type { SipRequest } from '../sip/message.js';
import { respond } from '../sip/respond.js';
import type { SipRegistrationSettings, SipUser } from '../sip/settings.js';
import { Malformed } from '../sip/text.js';
import type { ServerTransaction } from '../sip/transactions.js';
import { type Address, formatUri, isSipUri, userOf } from '../sip/uri.js';
import type { UserAgent } from '../sip/user-agent.js';
import type { Binding, BindingRecords } from './binding-records.js';

export interface RegistrarParts {
  agent: UserAgent;
  records: BindingRecords;
  realm: string;
  /** A phone has registered, or has none of its contacts left. */
  changed(phone: string): void;
}

/**
 * The registrar of the agents' phones (RFC 3261 10.3): who it is says the digest, where it is reached its contacts, each until
 * its time is over. What it has answered is stored.
 */
export class Registrar {
  readonly #parts: RegistrarParts;
  #guard: DigestGuard;
  readonly #bindings = new Map<string, Binding[]>();
  readonly #inTurn = new KeyedSequence();
  #users = new Map<string, SipUser>();
  #settings: SipRegistrationSettings = {};
  #expiry: Timer | undefined;
  #closed = false;

  constructor(parts: RegistrarParts) {
    this.#parts = parts;
    this.#guard = this.#newGuard();
  }

  /** From now on these phones may register. Those that may not any more are forgotten. */
  configure(users: readonly SipUser[], settings: SipRegistrationSettings = {}): void {
    this.#users = new Map(users.map((user) => [user.name, user]));
    this.#settings = settings;
    this.#guard = this.#newGuard();
    for (const phone of [...this.#bindings.keys()]) {
      if (this.#users.has(phone)) continue;
      this.#bindings.delete(phone);
      this.#parts.changed(phone);
    }
  }

  /** Takes over what an earlier life has answered. */
  async load(): Promise<void> {
    for (const binding of await this.#parts.records.live(this.#now())) {
      if (!this.#users.has(binding.phone)) continue;
      this.#bindings.set(binding.phone, [...(this.#bindings.get(binding.phone) ?? []), binding]);
    }
    this.#watch();
  }

  close(): void {
    this.#closed = true;
    this.#expiry?.cancel();
  }

  knows(phone: string): boolean {
    return this.#users.has(phone);
  }

  phones(): IterableIterator<string> {
    return this.#users.keys();
  }

  /** Where a phone is reached now, preferred first. */
  contactsOf(phone: string): Binding[] {
    const now = this.#now();
    const live = (this.#bindings.get(phone) ?? []).filter(({ expiresAt }) => expiresAt > now);
    return live.sort((one, other) => other.quality - one.quality);
  }

  /** Whose request it is; `undefined` after it was challenged or refused. */
  authenticate(transaction: ServerTransaction): SipUser | undefined {
    const { request } = transaction;
    const checked = this.#guard.check(request.headers.all('authorization'), request, this.#now());
    if (checked.result === 'right') return this.#byAuthUser(checked.username);
    // RFC 3261 22.1: whoever is wrong is asked again; the log says who keeps being wrong.
    if (checked.result === 'wrong') {
      this.#parts.agent.log.info({ peer: transaction.peer }, 'A phone gave a wrong name or password');
    }
    const challenges = this.#guard.challenges(this.#now(), checked.result === 'stale');
    transaction.respond(respond(request, 401, { headers: { 'WWW-Authenticate': challenges } }));
    return undefined;
  }

  /** Answers a REGISTER. */
  register(transaction: ServerTransaction): void {
    const { request } = transaction;
    const user = this.authenticate(transaction);
    if (!user) return;
    const phone = userOf(toOf(request).uri);
    if (user.name !== phone) {
      transaction.respond(respond(request, this.#users.has(phone) ? 403 : 404));
      return;
    }
    void this.#parts.agent.activity.run(() => this.#inTurn.run(phone, () => this.#bind(transaction, phone)));
  }

  async #bind(transaction: ServerTransaction, phone: string): Promise<void> {
    const { request } = transaction;
    const { log } = this.#parts.agent;
    try {
      const wanted = this.#wanted(transaction, phone);
      if (typeof wanted === 'number') {
        const headers: Record<string, string> = wanted === 423 ? { 'Min-Expires': String(this.#minSeconds) } : {};
        transaction.respond(respond(request, wanted, { headers }));
        return;
      }
      if (wanted.changed) await this.#parts.records.replace(phone, wanted.bindings);
      this.#bindings.set(phone, wanted.bindings);
      transaction.respond(respond(request, 200, { headers: this.#contactHeaders(phone) }));
      if (wanted.changed && !this.#closed) this.#parts.changed(phone);
      this.#watch();
    } catch (error) {
      const status = error instanceof Malformed ? error.status : 500;
      if (status === 500) log.error({ err: error, phone }, 'A registration could not be stored');
      transaction.respond(respond(request, status));
    }
  }

  /** What the phone's bindings become, or the status that refuses it: all of it or nothing. */
  #wanted(transaction: ServerTransaction, phone: string): { bindings: Binding[]; changed: boolean } | number {
    const { request, peer } = transaction;
    const contacts = contactsOf(request.headers);
    const now = this.contactsOf(phone);
    const callId = required(request.headers, 'call-id');
    const cseq = cseqOf(request).number;
    const late = (binding: Binding) => binding.callId === callId && cseq <= binding.cseq;
    if (contacts === '*') {
      if ((request.headers.get('expires') ?? '').trim() !== '0') return 400;
      return now.some(late) ? 500 : { bindings: [], changed: now.length > 0 };
    }
    const bindings = new Map(now.map((binding) => [binding.contact, binding]));
    for (const address of contacts) {
      if (!isSipUri(address.uri)) return 400;
      const contact = formatUri(address.uri);
      const known = bindings.get(contact);
      if (known && late(known)) return 500;
      const seconds = this.#secondsOf(address, request);
      if (seconds > 0 && seconds < this.#minSeconds) return 423;
      bindings.delete(contact);
      const expiresAt = this.#now() + 1000 * Math.min(seconds, this.#settings.maxSeconds ?? 7200);
      const quality = qualityOf(address);
      if (seconds > 0) bindings.set(contact, { phone, contact, callId, cseq, quality, flow: peer, expiresAt });
    }
    if (bindings.size > (this.#settings.maxContacts ?? 8)) return 403;
    return { bindings: [...bindings.values()], changed: contacts.length > 0 };
  }

  get #minSeconds(): number {
    return this.#settings.minSeconds ?? 60;
  }

  #secondsOf(address: Address, request: SipRequest): number {
    const stated = address.parameters.get('expires') ?? request.headers.get('expires')?.trim() ?? '';
    // RFC 3261 20.19: what cannot be read asks for the default.
    return /^\d{1,10}$/.test(stated) ? Number(stated) : (this.#settings.defaultSeconds ?? 3600);
  }

  #contactHeaders(phone: string): Record<string, string | string[]> {
    const contacts = this.contactsOf(phone).map(({ contact, expiresAt }) => {
      return `<${contact}>;expires=${Math.max(1, Math.round((expiresAt - this.#now()) / 1000))}`;
    });
    return contacts.length === 0 ? {} : { Contact: contacts };
  }

  /** Waits for the next contact whose time is over. */
  #watch(): void {
    this.#expiry?.cancel();
    if (this.#closed) return;
    const times = [...this.#bindings.values()].flat().map(({ expiresAt }) => expiresAt);
    if (times.length === 0) return;
    this.#expiry = this.#parts.agent.clock.at(Math.min(...times), () => this.#expire());
  }

  #expire(): void {
    const now = this.#now();
    for (const [phone, bindings] of this.#bindings) {
      const live = bindings.filter(({ expiresAt }) => expiresAt > now);
      if (live.length === bindings.length) continue;
      this.#bindings.set(phone, live);
      this.#parts.changed(phone);
    }
    this.#watch();
  }

  #newGuard(): DigestGuard {
    const { algorithms = ['MD5'] } = this.#settings;
    return new DigestGuard(this.#parts.realm, (name) => this.#byAuthUser(name)?.password, algorithms);
  }

  #byAuthUser(name: string): SipUser | undefined {
    const user = this.#users.get(name);
    if (user && (user.authUser ?? user.name) === name) return user;
    return [...this.#users.values()].find(({ authUser }) => authUser === name);
  }

  #now(): number {
    return this.#parts.agent.clock.now();
  }
}

function qualityOf(address: Address): number {
  const stated = address.parameters.get('q') ?? '';
  return /^(0(\.\d{1,3})?|1(\.0{1,3})?)$/.test(stated) ? Number(stated) : 1;
}
