import type { WebSocket } from 'ws';
import type { Invitation } from '../../callback/index.js';
import type { Chats } from '../../chat/index.js';
import { type Activity, DatabaseUnavailable, type Logger, RingbackError, Sequence } from '../../kernel/index.js';
import {
  type CampaignNotification,
  type DesktopMessage,
  type GroupMessage,
  OutboundError,
} from '../../outbound/index.js';
import type { JournalEvent } from '../../reporting/index.js';
import { parseJson } from '../http/json-body.js';
import { RequestError } from '../http.js';
import { DesktopChats } from './chats.js';
import { type DesktopAnswer, type DesktopFrame, readFrame, userEvent } from './frame.js';
import type { AgentSeat } from './seat.js';
import type { UserEvents } from './user-events.js';

export interface DesktopsOptions {
  seat: AgentSeat;
  userEvents: UserEvents;
  chats: Chats;
  groupsOf: (agentId: string) => readonly string[];
  /** What the telephone of an agent does, where it is known. */
  phoneOf: (agentId: string) => string | undefined;
  activity: Activity;
  log: Logger;
}

/** What desktops of the agents of a group hear of its campaigns. */
const CAMPAIGN_EVENTS: Partial<Record<GroupMessage, string>> = {
  loaded: 'CampaignLoaded',
  unloaded: 'CampaignUnloaded',
  started: 'CampaignStarted',
  stopped: 'CampaignStopped',
  'mode-changed': 'CampaignModeChanged',
};

const LOGGED_OUT = 'logged-out';

/** The open desktops by agent; an agent may have several, which all hear the same. */
export class Desktops {
  readonly #options: DesktopsOptions;
  readonly #open = new Map<string, Set<Desktop>>();

  constructor(options: DesktopsOptions) {
    this.#options = options;
  }

  open(socket: WebSocket, agentId: string): void {
    const desktop = new Desktop(socket, agentId, this.#options);
    const desktops = this.#open.get(agentId) ?? new Set();
    this.#open.set(agentId, desktops.add(desktop));
    socket.on('close', () => {
      desktops.delete(desktop);
      if (desktops.size === 0 && this.#open.get(agentId) === desktops) this.#open.delete(agentId);
    });
  }

  /** Closes the desktops of agents who may not have one any more. */
  closeUnless(mayStay: (agentId: string) => boolean): void {
    for (const [agentId, desktops] of this.#open) {
      if (!mayStay(agentId)) for (const desktop of desktops) desktop.close();
    }
  }

  /** Campaign notifications go to every logged-in agent of the group. */
  notify(notification: CampaignNotification): void {
    if (notification.subject !== 'group') return;
    const name = CAMPAIGN_EVENTS[notification.message];
    if (name === undefined) return;
    const { group } = notification;
    const event = userEvent(this.#options.userEvents.campaignEvent(name, group));
    for (const [agentId, desktops] of this.#open) {
      if (!this.#options.groupsOf(agentId).includes(group.group.name)) continue;
      for (const desktop of desktops) if (desktop.isLoggedIn) desktop.send(event);
    }
  }

  /** What dialing sends to an agent by itself. */
  deliver(agentId: string, { userEvent: name, keys }: DesktopMessage): void {
    for (const desktop of this.#open.get(agentId) ?? []) {
      if (name === 'LogOutTime') desktop.tellLater(userEvent({ GSW_USER_EVENT: name, ...keys }));
      else if (name === 'AttachedData') desktop.send({ type: 'call', event: 'attached-data', userData: { ...keys } });
      else desktop.send(userEvent({ GSW_USER_EVENT: name, ...keys }));
      if (name === 'PreviewRecord' || name === 'ScheduledCall') desktop.send(previewOf(keys, name === 'ScheduledCall'));
    }
  }

  /** A callback asks an agent. */
  ask(invitation: Invitation): void {
    for (const desktop of this.#open.get(invitation.agent) ?? []) desktop.ask(invitation);
  }

  /** A callback does not wait for an agent's answer any more. */
  takeBack({ agent, handle, kind }: Invitation): void {
    const event = userEvent({ _callback_event: `${kind}-withdrawn`, handle });
    for (const desktop of this.#open.get(agent) ?? []) desktop.send(event);
  }

  /** Something has happened in a chat which concerns these agents. */
  chatChanged(chat: string, agents: readonly string[]): void {
    for (const agent of agents) for (const desktop of this.#open.get(agent) ?? []) desktop.chatChanged(chat);
  }

  /** The telephone of an agent does something else. */
  phoneChanged(agentId: string): void {
    for (const desktop of this.#open.get(agentId) ?? []) desktop.tellPhone();
  }

  /** What the journal says of an agent's state and calls. */
  hear(event: JournalEvent): void {
    const { agent } = event;
    if (typeof agent !== 'string') return;
    for (const desktop of this.#open.get(agent) ?? []) desktop.hear(event);
  }
}

/** A record on the desktop, whoever asked for it. */
function previewOf(keys: Readonly<Record<string, string | number>>, scheduled: boolean): DesktopAnswer {
  return {
    type: 'preview',
    handle: keys.GSW_RECORD_HANDLE ?? 0,
    ...(scheduled && { scheduled }),
    userData: { ...keys },
  };
}

/** One connection of an agent's desktop: frames are dealt with one after the other. */
class Desktop {
  readonly #socket: WebSocket;
  readonly #agentId: string;
  readonly #options: DesktopsOptions;
  readonly #sequence = new Sequence();
  readonly #chats: DesktopChats;
  isLoggedIn = false;

  constructor(socket: WebSocket, agentId: string, options: DesktopsOptions) {
    this.#socket = socket;
    this.#agentId = agentId;
    this.#options = options;
    this.#chats = new DesktopChats({ chats: options.chats, agentId, send: (answer) => this.send(answer) });
    this.#run(() => this.#greet());
    socket.on('message', (data, isBinary) => this.#run(() => this.#take(isBinary ? '' : String(data))));
  }

  send(answer: DesktopAnswer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(answer));
  }

  ask({ handle, callback, kind, data }: Invitation): void {
    this.send(userEvent({ _callback_event: kind, _service_id: callback, handle, ...data }));
    if (kind === 'preview') this.send({ type: 'preview', handle, callback, userData: data });
  }

  /** Sends it after the answer to the frame that is being dealt with. */
  tellLater(answer: DesktopAnswer): void {
    this.#run(async () => this.send(answer));
  }

  close(): void {
    this.#socket.close(1008, 'This agent may not have a desktop any more.');
  }

  chatChanged(chat: string): void {
    this.#run(() => this.#chats.update(chat));
  }

  /** The state again, with that of the telephone. */
  tellPhone(): void {
    this.#run(async () => this.#sendState(await this.#options.seat.state(this.#agentId)));
  }

  hear(event: JournalEvent): void {
    if (event.type === 'agent.state') {
      this.isLoggedIn = event.state !== LOGGED_OUT;
      const { id: _id, type: _type, agent: _agent, leg, ...rest } = event;
      this.send({ ...rest, type: 'state', ...(leg !== undefined && { leg }) });
      return;
    }
    const { id: _id, agent: _agent, type, ...rest } = event;
    this.send({ ...rest, type: 'call', event: type.replace(/^call\./, '') });
  }

  #sendState(state: { state: string }): void {
    const phone = this.#options.phoneOf(this.#agentId);
    this.send({ type: 'state', ...state, ...(phone !== undefined && { phone }) });
  }

  #run(work: () => Promise<void>): void {
    void this.#options.activity.run(() => this.#sequence.run(() => this.#answering(work)));
  }

  async #answering(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const ours = error instanceof RingbackError;
      if (!ours || error instanceof DatabaseUnavailable) {
        this.#options.log.error({ err: error, agent: this.#agentId }, 'A frame of a desktop could not be dealt with');
      }
      this.send({
        type: 'error',
        code: ours ? error.code : 'internal-error',
        message: ours ? error.message : 'The server failed to carry out the request; its log says why.',
        ...(error instanceof OutboundError && { number: error.number }),
      });
    }
  }

  /** Where the agent stands, what is on the desktop, and the call at the phone: for a desktop that connects (again). */
  async #greet(): Promise<void> {
    const { seat } = this.#options;
    const state = await seat.state(this.#agentId);
    this.isLoggedIn = state.state !== LOGGED_OUT;
    this.#sendState(state);
    for (const keys of await seat.records(this.#agentId)) this.send(previewOf(keys, false));
    for (const invitation of await seat.invitations(this.#agentId)) this.ask(invitation);
    const call = await seat.call(this.#agentId);
    if (call) this.send({ type: 'call', ...call });
    await this.#chats.greet();
  }

  async #take(text: string): Promise<void> {
    const frame = readFrame(parsed(text));
    const answers = frame.type === 'user-event' ? await this.#userEvent(frame) : await this.#act(frame);
    for (const answer of answers) this.send(answer);
  }

  async #userEvent({ data }: Extract<DesktopFrame, { type: 'user-event' }>): Promise<DesktopAnswer[]> {
    const events = await this.#options.userEvents.answer(this.#agentId, data);
    return events.flatMap((event) => {
      if (event.GSW_USER_EVENT !== 'PreviewRecord') return [userEvent(event)];
      const { GSW_USER_EVENT: _name, ...keys } = event;
      return [userEvent(event), previewOf(keys as Readonly<Record<string, string | number>>, false)]; // keys of a record
    });
  }

  async #act(frame: Exclude<DesktopFrame, { type: 'user-event' }>): Promise<DesktopAnswer[]> {
    const { seat } = this.#options;
    switch (frame.type) {
      case 'state': {
        const before = await seat.state(this.#agentId);
        const after = await seat.change(this.#agentId, frame.state, frame.reason);
        // A change is told by the journal; that nothing changed, only here.
        return before.state === after.state ? [{ type: 'state', ...after }] : [];
      }
      case 'answer':
        await seat.answer(this.#agentId);
        return [];
      case 'hangup':
        await seat.hangUp(this.#agentId);
        return [];
      case 'preview-accept':
        await seat.acceptPreview(this.#agentId, frame.handle);
        return [];
      case 'preview-reject': {
        const keys = await seat.rejectPreview(this.#agentId, frame.handle);
        return keys ? [userEvent({ GSW_USER_EVENT: 'RecordRejectAcknowledge', ...keys })] : [];
      }
      case 'disposition': {
        const keys = await seat.dispose(this.#agentId, frame.handle, frame.data);
        return keys ? [userEvent({ GSW_USER_EVENT: 'RecordProcessedAcknowledge', ...keys })] : [];
      }
      default:
        await this.#chats.act(frame);
        return [];
    }
  }
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof RequestError) throw new RingbackError('malformed-frame', error.message);
    throw error;
  }
}
