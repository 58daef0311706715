import { type Activity, type Clock, isObject, type JsonObject, type Logger } from '../../kernel/index.js';
import type { Agents } from '../../routing/index.js';
import { OutboundError } from '../errors.js';
import type { DesktopMessage, ProcessedRequest, RecordKeys } from './desktop-message.js';
import type { Dialing } from './dialing.js';

/** How a simulated agent behaves at a desktop (interface.md section 4, AGENT). */
export interface DesktopBehaviour {
  auto: boolean;
  answerSeconds: number;
  wrapSeconds: number;
  preview: 'accept' | 'reject' | 'ignore';
  disposition: JsonObject;
}

/** An agent who was told that there is no record asks again after this time, milliseconds. */
const ASK_AGAIN_MS = 5000;

/**
 * The desktops of agents who work by themselves: they ask for records in Preview mode, accept, reject or ignore what they
 * are shown, and process each record at the end of their wrap with their disposition.
 */
export class SimulatedDesktop {
  readonly #dialing: Dialing;
  readonly #agents: Agents;
  readonly #behaviour: (agentId: string) => DesktopBehaviour;
  readonly #clock: Clock;
  readonly #activity: Activity;
  readonly #log: Logger;
  readonly #asking = new Set<string>();
  #isRunning = false;
  #stops: (() => void)[] = [];

  constructor(parts: {
    dialing: Dialing;
    agents: Agents;
    behaviour: (agentId: string) => DesktopBehaviour;
    clock: Clock;
    activity: Activity;
    log: Logger;
  }) {
    this.#dialing = parts.dialing;
    this.#agents = parts.agents;
    this.#behaviour = parts.behaviour;
    this.#clock = parts.clock;
    this.#activity = parts.activity;
    this.#log = parts.log;
  }

  start(): void {
    this.#isRunning = true;
    this.#stops = [
      this.#agents.onState(({ state, previous }) => {
        if (state.state === 'ready' && previous.state !== 'ready') this.#later(state.id, 0, () => this.#ask(state.id));
      }),
      this.#dialing.onDesktop((agentId, message) => this.#shown(agentId, message)),
      this.#dialing.onPreviewStarted(() => this.#attempt(undefined, () => this.#askAll())),
    ];
    this.#attempt(undefined, () => this.#askAll());
  }

  stop(): void {
    this.#isRunning = false;
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** The wrap of an agent ends: what is on the desktop is processed. To be called before the agent is ready again. */
  async wrapUp(agentId: string): Promise<void> {
    const { disposition } = this.#behaviour(agentId);
    for (const record of await this.#dialing.recordsOf(agentId)) {
      const handle = Number(record.GSW_RECORD_HANDLE);
      try {
        await this.#dispose(handle, disposition);
      } catch (error) {
        if (!(error instanceof OutboundError)) throw error;
        this.#log.warn({ err: error, agent: agentId, handle }, 'A simulated agent could not process a record');
      }
    }
  }

  async #dispose(handle: number, disposition: JsonObject): Promise<void> {
    const { GSW_DATE_TIME: dateTime, GSW_CALLBACK_TYPE: type, GSW_TREATMENT: treatment, ...rest } = disposition;
    if (typeof dateTime === 'string') {
      const callbackType = type === 'Personal' ? 'Personal' : 'Campaign';
      await this.#dialing.reschedule(handle, { dateTime, callbackType });
    }
    const request: ProcessedRequest = {
      fields: fieldsOf(rest),
      ...(typeof treatment === 'string' && { treatment: treatment.endsWith('Personal') ? 'Personal' : 'Campaign' }),
    };
    await this.#dialing.processed(handle, request);
  }

  #shown(agentId: string, { userEvent, keys }: DesktopMessage): void {
    if (userEvent === 'CampaignGroupAssigned') this.#later(agentId, 0, () => this.#ask(agentId));
    if (userEvent !== 'PreviewRecord' && userEvent !== 'ScheduledCall') return;
    if (this.#behaviour(agentId).auto) this.#decide(agentId, keys);
  }

  #decide(agentId: string, keys: RecordKeys): void {
    const { preview, answerSeconds, wrapSeconds } = this.#behaviour(agentId);
    const handle = Number(keys.GSW_RECORD_HANDLE);
    if (preview === 'accept') {
      this.#later(agentId, answerSeconds * 1000, () => this.#dialing.dialRecord(agentId, handle));
    } else if (preview === 'reject') {
      this.#later(agentId, answerSeconds * 1000, async () => {
        await this.#dialing.reject(handle);
        this.#later(agentId, wrapSeconds * 1000, () => this.#ask(agentId));
      });
    }
  }

  async #askAll(): Promise<void> {
    for (const { id, state } of await this.#agents.states()) if (state === 'ready') await this.#ask(id);
  }

  /** Asks for a record in Preview mode, if the agent is free and has none. */
  async #ask(agentId: string): Promise<void> {
    if (!this.#isRunning || this.#asking.has(agentId) || !this.#behaviour(agentId).auto) return;
    if (!(await this.#dialing.mayAskForRecords(agentId))) return;
    this.#asking.add(agentId);
    try {
      if ((await this.#agents.state(agentId)).state !== 'ready') return;
      if ((await this.#dialing.recordsOf(agentId)).length > 0) return;
      const keys = await this.#dialing.previewRecord(agentId);
      if (keys) this.#decide(agentId, keys);
      else this.#later(agentId, ASK_AGAIN_MS, () => this.#ask(agentId));
    } finally {
      this.#asking.delete(agentId);
    }
  }

  #later(agentId: string, delayMs: number, work: () => Promise<unknown>): void {
    this.#clock.at(this.#clock.now() + delayMs, () => this.#attempt(agentId, work));
  }

  #attempt(agentId: string | undefined, work: () => Promise<unknown>): void {
    if (!this.#isRunning) return;
    void this.#activity.run(async () => {
      try {
        await work();
      } catch (error) {
        // Somebody else was faster (the record was withdrawn, the campaign stopped), or the database is away.
        const level = error instanceof OutboundError ? 'debug' : 'warn';
        this.#log[level]({ err: error, agent: agentId }, 'A simulated agent could not act at the desktop');
      }
    });
  }
}

function fieldsOf(disposition: JsonObject): RecordKeys {
  const fields: Record<string, string | number> = {};
  for (const [key, value] of Object.entries(disposition)) {
    if (typeof value === 'string' || typeof value === 'number') fields[key] = value;
    else if (typeof value === 'boolean') fields[key] = String(value);
    else if (value !== null && isObject(value)) fields[key] = JSON.stringify(value);
  }
  return fields;
}
