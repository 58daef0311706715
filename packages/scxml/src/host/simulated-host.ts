import type { ApplicationDefinition } from '../api/application.js';
import type { Effect, InvokeEffect, SendEffect } from '../api/effect.js';
import type { EventInput } from '../api/event.js';
import type { StepResult } from '../api/step.js';
import type { Diagnostic } from '../diagnostics.js';
import { referencedDocuments } from '../document/read-application.js';
import { decodeBasicHttp, encodeBasicHttp, type HttpMessage } from '../event-processors/basic-http.js';
import { basicHttpProcessor } from '../interpreter/send.js';
import type { JsonValue } from '../json.js';
import type { SessionPool } from '../pool/session-pool.js';
import { TimerQueue } from './timer-queue.js';

export interface SimulatedHostOptions {
  pool: Pick<SessionPool, 'define' | 'start' | 'deliver' | 'forget'>;
  /** Text of a document, undefined if there is none. */
  fetch(url: string): Promise<string | undefined>;
  /** Milliseconds since the epoch; default 0. */
  startTime?: number;
  /** Session ids begin with it; default `session`. Hosts that share a pool need different ones. */
  sessionPrefix?: string;
  /** What every application gets beside its documents. */
  application?: Partial<Pick<ApplicationDefinition, 'dialect' | 'datamodel' | 'actions' | 'prelude' | 'limits'>>;
  /** Drops the resident copy after every macrostep, so that each one begins with a snapshot. */
  restoreAlways?: boolean;
  /** Which of the sessions with a waiting event runs next; default: the one that has waited longest. */
  pick?(waiting: readonly string[]): string | undefined;
  /** Makes the Basic HTTP event processor available. `post` resolves to the status of the response. */
  http?: { location(session: string): string; post(message: HttpMessage): Promise<number> };
  trace?: boolean;
  /** Called after each macrostep. */
  onStep?(session: SimulatedSession, result: StepResult): void;
}

/** A session of a simulated host. */
export interface SimulatedSession {
  readonly id: string;
  readonly application: string;
  status: StepResult['status'];
  configuration: readonly string[];
  finalState: string | undefined;
  result: StepResult | undefined;
  /** Lines of `<log>`: label and text. */
  readonly log: { label: string | undefined; text: string }[];
  /** Effects that this host does not perform: actions, calls, sends of other types. */
  readonly others: Effect[];
}

interface Member extends SimulatedSession {
  readonly mailbox: EventInput[];
  readonly parent: { session: string; invokeId: string } | undefined;
  readonly children: Map<string, string>;
  snapshot: string;
  step: number;
}

interface Timer {
  readonly session: string;
  readonly effect: SendEffect;
}

/**
 * A complete host in memory on a clock that the caller moves: mailboxes, timers, invocations, the SCXML and the Basic
 * HTTP event processors. It runs charts in tests and tools, and shows what a real host has to do with effects.
 *
 * `advance` delivers what is due in the order of time; `settle` delivers what waits now. Sessions take one event at a
 * time; the effects of a macrostep are performed before the next one begins.
 */
export class SimulatedHost {
  readonly #options: SimulatedHostOptions;
  readonly #sessions = new Map<string, Member>();
  readonly #timers = new TimerQueue<Timer>();
  /** Sessions with events, in the order in which they began to wait. */
  readonly #waiting: string[] = [];
  readonly #applications = new Map<string, Promise<{ id: string; diagnostics: Diagnostic[] }>>();
  #now: number;
  #count = 0;

  constructor(options: SimulatedHostOptions) {
    this.#options = options;
    this.#now = options.startTime ?? 0;
  }

  get now(): number {
    return this.#now;
  }

  session(id: string): SimulatedSession | undefined {
    return this.#sessions.get(id);
  }

  sessions(): SimulatedSession[] {
    return [...this.#sessions.values()];
  }

  /** Fetches and defines the application at an address. */
  define(url: string, text?: string): Promise<{ id: string; diagnostics: Diagnostic[] }> {
    const key = text === undefined ? url : `${url}#${text}`;
    let defined = this.#applications.get(key);
    if (defined === undefined) {
      defined = this.#define(url, text, key);
      this.#applications.set(key, defined);
    }
    return defined;
  }

  /** Starts a session of the application at an address; undefined if it has errors. */
  async start(url: string, parameters?: Record<string, JsonValue>): Promise<SimulatedSession | undefined> {
    return this.#start(await this.define(url), parameters, undefined);
  }

  /** Appends an event to a session's mailbox. */
  send(session: string, event: EventInput): boolean {
    const member = this.#sessions.get(session);
    if (member === undefined || member.status !== 'running') return false;
    member.mailbox.push(event);
    if (!this.#waiting.includes(session)) this.#waiting.push(session);
    return true;
  }

  /** Ends a session: its onexit handlers run. */
  async cancel(session: string): Promise<void> {
    const member = this.#sessions.get(session);
    if (member !== undefined) await this.#cancel(member);
  }

  /** Delivers an HTTP request to the session whose location it names; false if there is none. */
  receive(message: HttpMessage): boolean {
    const address = message.url.split('?')[0] ?? '';
    for (const member of this.#sessions.values()) {
      const location = this.#options.http?.location(member.id);
      if (location !== undefined && (location === address || new URL(location).pathname === address)) {
        return this.send(member.id, decodeBasicHttp(message));
      }
    }
    return false;
  }

  /** Delivers everything that waits. */
  async settle(): Promise<void> {
    for (;;) {
      const next = this.#options.pick?.(this.#waiting) ?? this.#waiting[0];
      if (next === undefined) return;
      const at = this.#waiting.indexOf(next);
      if (at >= 0) this.#waiting.splice(at, 1);
      const member = this.#sessions.get(next);
      const event = member?.mailbox.shift();
      if (member === undefined || event === undefined || member.status !== 'running') continue;
      if (member.mailbox.length > 0) this.#waiting.push(next);
      await this.#step(member, { event });
    }
  }

  /** Moves the clock, firing timers on the way, until `until`, or until nothing is left to happen. */
  async advance(until: number): Promise<void> {
    await this.settle();
    for (let due = this.#timers.nextDue; due !== undefined && due <= until; due = this.#timers.nextDue) {
      this.#now = Math.max(this.#now, due);
      const timer = this.#timers.take();
      if (timer !== undefined) await this.#transmit(timer.session, timer.effect);
      await this.settle();
    }
    if (Number.isFinite(until)) this.#now = Math.max(this.#now, until);
  }

  /** Time of the next timer. */
  get nextDue(): number | undefined {
    return this.#timers.nextDue;
  }

  async #define(url: string, text: string | undefined, id: string): Promise<{ id: string; diagnostics: Diagnostic[] }> {
    const documents = await fetchAll(url, text, this.#options.fetch);
    const diagnostics = await this.#options.pool.define({ ...this.#options.application, id, main: url, documents });
    return { id, diagnostics };
  }

  async #start(
    application: { id: string; diagnostics: Diagnostic[] },
    parameters: Record<string, JsonValue> | undefined,
    parent: Member['parent'],
  ): Promise<Member | undefined> {
    if (application.diagnostics.some(({ severity }) => severity === 'error')) return undefined;
    this.#count += 1;
    const member: Member = {
      id: `${this.#options.sessionPrefix ?? 'session'}${this.#count}`,
      application: application.id,
      status: 'running',
      configuration: [],
      finalState: undefined,
      result: undefined,
      log: [],
      others: [],
      mailbox: [],
      parent,
      children: new Map(),
      snapshot: '',
      step: 0,
    };
    this.#sessions.set(member.id, member);
    if (parent !== undefined) this.#sessions.get(parent.session)?.children.set(parent.invokeId, member.id);
    const location = this.#options.http?.location(member.id);
    const result = await this.#reachingAll(member, (unreachable) =>
      this.#options.pool.start({
        session: member.id,
        application: application.id,
        now: this.#now,
        unreachable,
        ...(parameters === undefined ? {} : { parameters }),
        ...(location === undefined
          ? {}
          : { ioprocessors: { basichttp: { location }, [basicHttpProcessor]: { location } } }),
        ...(this.#options.trace === true ? { trace: true } : {}),
      }),
    );
    await this.#apply(member, result);
    return member;
  }

  /** Repeats a step if it sends to sessions that do not exist, so that its errors come before its later events. */
  async #reachingAll(member: Member, act: (unreachable: string[]) => Promise<StepResult>): Promise<StepResult> {
    const unreachable: string[] = [];
    for (;;) {
      const result = await act(unreachable);
      const found = result.effects.flatMap((effect) =>
        effect.kind === 'send' && effect.delayMs === 0 && !this.#isReachable(member, effect)
          ? [effect.target ?? '']
          : [],
      );
      const added = found.filter((target) => !unreachable.includes(target));
      if (added.length === 0) return result;
      unreachable.push(...added);
      this.#options.pool.forget(member.id);
    }
  }

  /** False for SCXML targets that name no session. Invocations of this very step are not known yet. */
  #isReachable(member: Member, { type, target }: SendEffect): boolean {
    if (type !== undefined && !/scxml/i.test(type)) return true;
    const session = /^#_scxml_(.+)$/.exec(target ?? '')?.[1];
    return session === undefined || session === member.id || this.#sessions.get(session)?.status === 'running';
  }

  async #step(member: Member, what: { event: EventInput } | { cancel: true }): Promise<void> {
    const result = await this.#reachingAll(member, (unreachable) =>
      this.#options.pool.deliver({
        session: member.id,
        application: member.application,
        step: member.step,
        snapshot: member.snapshot,
        now: this.#now,
        unreachable,
        ...what,
        ...(this.#options.trace === true ? { trace: true } : {}),
      }),
    );
    await this.#apply(member, result);
  }

  async #apply(member: Member, result: StepResult): Promise<void> {
    member.result = result;
    member.snapshot = result.snapshot;
    member.step = result.step;
    member.status = result.status;
    member.configuration = result.configuration;
    member.finalState = result.finalState;
    if (this.#options.restoreAlways === true) this.#options.pool.forget(member.id);
    this.#options.onStep?.(member, result);
    for (const effect of result.effects) await this.#perform(member, effect);
    if (result.status !== 'running') await this.#end(member, result);
  }

  /** A session has ended by itself: its timers and invocations end with it, its parent is told last. */
  async #end(member: Member, result: StepResult): Promise<void> {
    this.#timers.drop((timer) => timer.session === member.id);
    for (const child of [...member.children.values()]) {
      const invoked = this.#sessions.get(child);
      if (invoked !== undefined) await this.#cancel(invoked);
    }
    const { parent } = member;
    const inviter = parent === undefined ? undefined : this.#sessions.get(parent.session);
    if (parent === undefined || inviter?.children.get(parent.invokeId) !== member.id) return;
    inviter.children.delete(parent.invokeId);
    const { invokeId } = parent;
    if (result.status === 'failed') {
      const data = { reason: result.failure?.reason ?? '', message: result.failure?.message ?? '' };
      this.send(inviter.id, { name: 'error.platform.invoke', type: 'platform', invokeid: invokeId, data });
      return;
    }
    const done: EventInput = { name: `done.invoke.${invokeId}`, type: 'external', invokeid: invokeId };
    if (result.doneData !== undefined) done.data = result.doneData;
    this.send(inviter.id, done);
  }

  async #cancel(member: Member): Promise<void> {
    // Nothing that it sends from now on reaches its parent (SCXML 1.0, 6.4.3).
    if (member.parent !== undefined) this.#sessions.get(member.parent.session)?.children.delete(member.parent.invokeId);
    this.#timers.drop((timer) => timer.session === member.id);
    member.mailbox.length = 0;
    if (member.status === 'running') await this.#step(member, { cancel: true });
  }

  async #perform(member: Member, effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'log':
        member.log.push({ label: effect.label, text: effect.text });
        return;
      case 'send':
        if (effect.delayMs > 0) this.#timers.add(this.#now + effect.delayMs, { session: member.id, effect });
        else await this.#transmit(member.id, effect);
        return;
      case 'cancel':
        this.#timers.drop((timer) => timer.session === member.id && timer.effect.sendId === effect.sendId);
        return;
      case 'invoke':
        await this.#invoke(member, effect);
        return;
      case 'cancel-invoke': {
        const child = this.#sessions.get(member.children.get(effect.invokeId) ?? '');
        if (child !== undefined) await this.#cancel(child);
        return;
      }
      case 'forward':
        this.send(member.children.get(effect.invokeId) ?? '', effect.event);
        return;
      case 'action':
      case 'call':
        member.others.push(effect);
    }
  }

  async #invoke(member: Member, effect: InvokeEffect): Promise<void> {
    const { invokeId, src, content, parameters } = effect;
    const isScxml = /^(?:scxml|http:\/\/www\.w3\.org\/TR\/scxml\/?)$/.test(effect.type);
    const application = !isScxml
      ? undefined
      : content !== undefined
        ? await this.define(effect.base, content)
        : src !== undefined
          ? await this.define(src)
          : undefined;
    const parent = { session: member.id, invokeId };
    const child = application === undefined ? undefined : await this.#start(application, parameters, parent);
    if (child === undefined) {
      this.send(member.id, { name: 'error.communication', type: 'platform', data: { invokeid: invokeId } });
    }
  }

  /** Sends an event that is due to where it belongs, or tells the sender that this is not possible. */
  async #transmit(from: string, effect: SendEffect): Promise<void> {
    const sender = this.#sessions.get(from);
    if (sender === undefined) return;
    if (!(await this.#isDelivered(sender, effect))) {
      this.send(from, { name: 'error.communication', type: 'platform', sendid: effect.sendId });
    }
  }

  async #isDelivered(sender: Member, effect: SendEffect): Promise<boolean> {
    const { target, type, event } = effect;
    if (type === 'basichttp' || type === basicHttpProcessor) {
      const { http } = this.#options;
      if (http === undefined) return false;
      const status = await http.post(encodeBasicHttp(effect));
      return status >= 200 && status < 300;
    }
    if (type === 'fm') {
      sender.others.push(effect);
      return true;
    }
    if (target === undefined) return this.send(sender.id, event) || sender.status !== 'running';
    if (target === '#_parent') {
      const { parent } = sender;
      const inviter = parent === undefined ? undefined : this.#sessions.get(parent.session);
      if (parent === undefined || inviter === undefined) return false;
      // Events of a cancelled invocation are lost without a word.
      if (inviter.children.get(parent.invokeId) !== sender.id) return true;
      return this.send(inviter.id, { ...event, invokeid: parent.invokeId });
    }
    const session = /^#_scxml_(.+)$/.exec(target)?.[1] ?? (this.#sessions.has(target) ? target : undefined);
    if (session !== undefined) return this.send(session, event);
    const child = sender.children.get(target.replace(/^#_/, ''));
    return child !== undefined && this.send(child, event);
  }
}

/** The document at an address and everything that it refers to, directly or indirectly. */
export async function fetchAll(
  url: string,
  text: string | undefined,
  fetch: (url: string) => Promise<string | undefined>,
): Promise<Record<string, string>> {
  const documents: Record<string, string> = {};
  const pending = [url];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (documents[next] !== undefined) continue;
    const found = next === url && text !== undefined ? text : await fetch(next);
    if (found === undefined) continue;
    documents[next] = found;
    pending.push(...referencedDocuments(found, next));
  }
  return documents;
}
