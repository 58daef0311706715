import type { Activity, Clock, JsonObject, Logger } from '../../kernel/index.js';
import { Listeners, RingbackError } from '../../kernel/index.js';
import type {
  ApplicationRequest,
  Cause,
  CollectRequest,
  DialRequest,
  LegReport,
  Media,
  RecordRequest,
  Switch,
  SwitchCapabilities,
  SwitchEvent,
} from '../switch.js';
import { type ListedCall, listCalls } from './call-listing.js';
import { type CarriedCall, keysFor, reportOf, rings, type TaskReport } from './carried-call.js';
import { APPLICATION_MS, PROMPT_MS, RECORD_MS } from './defaults.js';
import type { LedgerEntry } from './ledger-entry.js';
import { type InboundRequest, inboundCall, outboundCall } from './placement.js';
import { type AgentBehaviour, milliseconds, type Script, type ScriptedApplication } from './settings.js';
import { deviceEvents, inboundEvent, SimulatedNetwork, taskEvent } from './simulated-network.js';
import { SimulatedWorld, type WorldChange } from './simulated-world.js';

export interface SimulatorOptions {
  /** Where the network keeps its ledger and settings; belongs to it alone. */
  directory: string;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /** Whose phone a DN is, if it is an agent's. */
  agentOf: (dn: string) => string | undefined;
  /** The E.164 form of a number, if it has one. */
  normalise: (number: string) => string | undefined;
  /** Milliseconds that an audio file or a text is heard; default `PROMPT_MS`. */
  promptMs?: number;
  /** So many ended calls fill a segment of the ledger; default `SEGMENT_CALLS`. */
  segmentCalls?: number;
}

/**
 * A telephone network without telephones, whose parties and agents behave as they are described (interface.md section 4).
 * It outlives Ringback: what it was asked to do is in its ledger before the request is answered, everything else follows
 * from that and the time, so that after the death of the process it goes on as if it had never stopped.
 */
export class Simulator implements Switch {
  readonly capabilities: SwitchCapabilities = {
    media: true,
    callProgress: true,
    prompts: true,
    dtmf: true,
    record: true,
    hold: true,
    devicePresence: true,
    applications: true,
    deviceControl: true,
  };

  readonly #options: SimulatorOptions;
  readonly #clock: Clock;
  readonly #world: SimulatedWorld;
  readonly #network: SimulatedNetwork;
  readonly #agentListeners = new Listeners<[agentIds: readonly string[]]>();

  /** @throws RingbackError `invalid-simulator-settings` when the stored settings cannot be read */
  constructor(options: SimulatorOptions) {
    this.#options = options;
    this.#clock = options.clock;
    this.#world = new SimulatedWorld(options.directory, options.normalise);
    this.#network = new SimulatedNetwork(options);
  }

  /** @throws RingbackError `ledger-damaged` */
  async start(): Promise<void> {
    this.#network.start();
  }

  async close(): Promise<void> {
    this.#network.close();
  }

  subscribe(handler: (event: SwitchEvent) => void): () => void {
    return this.#network.subscribe(handler);
  }

  async dial(request: DialRequest): Promise<void> {
    this.#network.requireStarted();
    const { legId, to } = request;
    if (!this.#known(legId)) {
      const at = this.#clock.now();
      const placement = outboundCall(request, at, this.#world, this.#network.state, this.#options.agentOf(to));
      this.#network.record({ e: 'call', ...placement }, { type: 'leg', legId, at, state: 'dialing' });
      if (rings(placement.call)) this.#network.send({ type: 'leg', legId, at, state: 'ringing' });
      this.#network.send(...deviceEvents(placement.call, 'ringing', at));
    }
    await this.#network.delivered();
  }

  async answer(legId: string): Promise<void> {
    const call = this.#network.callUp(legId);
    if (call.direction === 'outbound' && call.agentId === undefined) {
      throw new RingbackError('leg-not-inbound', `Leg ${legId} was dialed: it is its party that answers.`);
    }
    if (call.answeredAt === undefined) this.#network.answer(call, this.#clock.now());
    await this.#network.delivered();
  }

  async join(bridgeId: string, legIds: readonly string[]): Promise<void> {
    const at = this.#clock.now();
    for (const call of legIds.map((legId) => this.#network.answeredCall(legId))) {
      if (call.bridgeId !== bridgeId) this.#network.record({ e: 'join', id: call.id, at, bridge: bridgeId });
      this.#network.send({ type: 'joined', legId: call.id, bridgeId, at: call.joinedAt ?? at });
    }
    await this.#network.delivered();
  }

  async unjoin(legId: string): Promise<void> {
    const call = this.#network.answeredCall(legId);
    if (call.bridgeId !== undefined) this.#network.record({ e: 'unjoin', id: legId, at: this.#clock.now() });
    await this.#network.delivered();
  }

  /** Parties bear being held; nothing further happens. */
  async hold(legId: string, _on: boolean): Promise<void> {
    this.#network.answeredCall(legId);
  }

  async play(legId: string, playId: string, media: Media): Promise<void> {
    const known = this.#network.answeredCall(legId).plays[playId];
    if (!known) {
      const at = this.#clock.now();
      const duration = durationOf(media, this.#promptMs);
      const until = duration === null ? null : at + duration;
      this.#network.record({ e: 'play', id: legId, at, play: playId, until });
    } else if (known.endedAt !== undefined && !known.stopped) {
      this.#network.send({ type: 'played', legId, playId, at: known.endedAt });
    }
    await this.#network.delivered();
  }

  async collect(legId: string, collectId: string, request: CollectRequest): Promise<void> {
    const call = this.#network.answeredCall(legId);
    const known = call.collects[collectId];
    if (!known) {
      const at = this.#clock.now();
      const prompt = request.prompt && durationOf(request.prompt.media, this.#promptMs);
      const keys = keysFor(call.script.digits, Object.keys(call.collects).length);
      const listenFrom = prompt === undefined || prompt === null ? undefined : at + prompt;
      const until = listenFrom === undefined ? {} : { listenFrom };
      this.#network.record({ e: 'collect', id: legId, at, collect: collectId, request, keys, ...until });
    } else if (known.result && known.endedAt !== undefined && !known.stopped) {
      this.#network.send({ type: 'collected', legId, collectId, ...known.result, at: known.endedAt });
    }
    await this.#network.delivered();
  }

  async record(legId: string, recordId: string, request: RecordRequest): Promise<void> {
    const { script } = this.#network.answeredCall(legId);
    const spoken = script.recordMs ?? RECORD_MS;
    const durationMs = Math.min(spoken, request.maxMs);
    const reason = spoken > request.maxMs ? 'timeout' : request.silenceMs === undefined ? 'complete' : 'silence';
    const prompt = request.prompt ? (durationOf(request.prompt, this.#promptMs) ?? 0) : 0;
    const silence = reason === 'silence' ? (request.silenceMs ?? 0) : 0;
    const report: TaskReport = { type: 'recorded', url: `recording:${recordId}`, durationMs, reason };
    await this.#task(legId, recordId, prompt + durationMs + silence, report);
  }

  /** Recordings are names without sound here. */
  async deleteRecording(_recordId: string): Promise<void> {
    this.#network.requireStarted();
  }

  async runApplication(legId: string, runId: string, { url }: ApplicationRequest): Promise<void> {
    const { script } = this.#network.answeredCall(legId);
    const scripted = scriptedApplication(script.applications, url);
    const { seconds, result = {}, userData, error } = scripted;
    const outcome = { result, ...(userData && { userData }), ...(error && { error }) };
    const lastsMs = seconds === undefined ? APPLICATION_MS : milliseconds(seconds);
    await this.#task(legId, runId, lastsMs, { type: 'application', outcome });
  }

  async stopTreatment(id: string): Promise<void> {
    this.#network.requireStarted();
    const call = this.#network.state.treating(id);
    const at = this.#clock.now();
    if (call) this.#network.record(stopOf(call, id, at));
    await this.#network.delivered();
  }

  /** Parties do not mind tones. */
  async sendDigits(legId: string, _sendId: string, _digits: string): Promise<void> {
    this.#network.answeredCall(legId);
  }

  async hangup(legId: string, cause?: Cause): Promise<void> {
    this.#network.requireStarted();
    const call = this.#network.state.up(legId);
    if (call) this.#network.end(call, this.#clock.now(), hangupCause(call, cause));
    await this.#network.delivered();
  }

  async reconcile(legIds: readonly string[]): Promise<LegReport[]> {
    this.#network.requireStarted();
    this.#network.happen();
    await this.#network.delivered();
    return legIds.map((legId) => {
      const call = this.#known(legId);
      return call ? reportOf(call) : { legId, known: false };
    });
  }

  /**
   * Lets a party call Ringback.
   * @returns the id of the leg that the `inbound` event announces
   * @throws RingbackError `invalid-call` when a number is missing
   */
  async placeInbound(request: InboundRequest): Promise<string> {
    this.#network.requireStarted();
    for (const number of ['from', 'to'] as const) {
      if (request[number].trim() !== '') continue;
      const detail = { pointer: `/${number}`, detail: 'must be a number' };
      throw new RingbackError('invalid-call', `The call has no number in ${number}.`, [detail]);
    }
    const { call } = inboundCall(request, this.#clock.now(), this.#world, this.#network.state);
    this.#network.record({ e: 'call', call }, inboundEvent(call));
    await this.#network.delivered();
    return call.id;
  }

  /**
   * The agent takes the call that rings on the agent's phone.
   * @returns the leg's id
   * @throws RingbackError `no-call`
   */
  async answerAgent(agentId: string): Promise<string> {
    this.#network.requireStarted();
    for (const call of this.#network.state.callsOfAgent(agentId)) {
      if (call.answeredAt !== undefined || !rings(call)) continue;
      this.#network.answer(call, this.#clock.now());
      await this.#network.delivered();
      return call.id;
    }
    throw new RingbackError('no-call', `No call rings on the phone of agent ${agentId}.`);
  }

  /** Every call that the network has carried (`GET /api/v1/simulator/calls`), at least the last 100,000 that ended. */
  calls(filter: { number?: string } = {}): ListedCall[] {
    return listCalls(this.#network.state, filter.number, this.#options.normalise);
  }

  /** The simulated world as `GET /api/v1/simulator` shows it. */
  settings(): JsonObject {
    return this.#world.asJson();
  }

  /**
   * Changes the simulated world (`PUT /api/v1/simulator`); the sequences of the numbers that are named begin again.
   * @returns the settings after the change
   * @throws RingbackError `invalid-simulator-settings`; then nothing has changed
   */
  async changeSettings(body: unknown): Promise<JsonObject> {
    this.#network.requireStarted();
    await this.#changed(this.#world.change(body));
    return this.settings();
  }

  /**
   * Takes over the `switch` section of the configuration (without `driver`), if it is another than last time.
   * @throws RingbackError `invalid-simulator-settings`; then nothing has changed
   */
  async configure(section: JsonObject): Promise<void> {
    this.#network.requireStarted();
    await this.#changed(this.#world.configure(section));
  }

  agent(agentId: string): AgentBehaviour {
    return this.#world.agent(agentId);
  }

  /** The agents of whom something is said, in no particular order. */
  agents(): string[] {
    return [...this.#world.settings.agents.keys()];
  }

  /** Hears whenever something new is said of agents. */
  onAgentsChanged(handler: (agentIds: readonly string[]) => void): () => void {
    return this.#agentListeners.add(handler);
  }

  get #promptMs(): number {
    return this.#options.promptMs ?? PROMPT_MS;
  }

  async #task(legId: string, task: string, lastsMs: number, report: TaskReport): Promise<void> {
    const known = this.#network.answeredCall(legId).tasks?.[task];
    if (!known) {
      const at = this.#clock.now();
      this.#network.record({ e: 'task', id: legId, at, task, until: at + lastsMs, report });
    } else if (known.endedAt !== undefined && !known.stopped) {
      this.#network.send(taskEvent(legId, task, known.report, known.endedAt));
    }
    await this.#network.delivered();
  }

  async #changed({ agents, numbers, anybody }: WorldChange): Promise<void> {
    const { parties } = this.#world;
    const { state } = this.#network;
    const names = new Set(numbers.map((number) => parties.nameOf(number)));
    if (anybody) for (const name of state.countedParties()) if (parties.isAnybody(name)) names.add(name);
    const restarted = [...names].filter((name) => state.attempts(name) > 0);
    if (restarted.length > 0) this.#network.record({ e: 'restart', at: this.#clock.now(), parties: restarted });
    await this.#network.delivered();
    if (agents.length > 0) this.#agentListeners.notify(agents);
  }

  #known(legId: string) {
    return this.#network.state.up(legId) ?? this.#network.state.ended(legId);
  }
}

function hangupCause({ answeredAt, direction }: CarriedCall, wanted: Cause | undefined): Cause {
  if (answeredAt !== undefined) return 'normal';
  if (direction === 'outbound') return 'cancelled';
  return wanted === undefined || wanted === 'normal' ? 'rejected' : wanted;
}

/** How the end of a treatment that is stopped is noted. */
function stopOf(call: CarriedCall, id: string, at: number): LedgerEntry {
  const common = { id: call.id, at, stopped: true } as const;
  if (id in call.plays) return { e: 'played', play: id, ...common };
  if (id in call.collects) return { e: 'collected', collect: id, result: { digits: '', reason: 'ended' }, ...common };
  return { e: 'task-over', task: id, ...common };
}

/** What becomes of a voice application: as scripted; not found where the script knows others only. */
function scriptedApplication(applications: Script['applications'], url: string): ScriptedApplication {
  if (!applications) return {};
  const script = applications[url] ?? applications['*'];
  return script ?? { seconds: 0, error: { error: 'badfetch', description: `${url} cannot be fetched` } };
}

/** @returns milliseconds; null: endless */
function durationOf(media: Media, promptMs: number): number | null {
  switch (media.kind) {
    case 'tone':
      return media.durationMs ?? null;
    case 'file':
      return media.durationMs ?? (media.loop ? null : promptMs);
    case 'sequence': {
      const parts = media.parts.map((part) => durationOf(part, promptMs));
      return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
    }
    default:
      return promptMs;
  }
}
