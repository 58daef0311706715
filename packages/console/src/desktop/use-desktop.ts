import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { isObject, type Members } from '../api/json.js';
import { Refusal } from '../api/refusal.js';
import { request } from '../api/request.js';
import { afterInterruption } from './chats.js';
import { type Desktop, EMPTY_DESKTOP, heard } from './desktop.js';

/** `asking`: the browser asks for credentials; `refused`: this user may not open this desktop. */
export type DesktopConnection = 'connecting' | 'open' | 'interrupted' | 'asking' | 'refused';

export interface DesktopSnapshot {
  connection: DesktopConnection;
  desktop: Desktop;
}

const SHORTEST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15_000;

/**
 * The connection of one agent's desktop, made again for as long as it is open. Who connects is told everything that is on
 * the desktop, so that nothing is kept over an interruption but what there is to read.
 *
 * A browser does not say why a WebSocket was refused. Then the same address is asked as a page: a browser that has no
 * credentials asks the agent for them, and uses them for the WebSocket as well.
 */
export class DesktopLink {
  #snapshot: DesktopSnapshot = { connection: 'connecting', desktop: EMPTY_DESKTOP };
  readonly #listeners = new Set<() => void>();
  readonly #path: string;
  #socket: WebSocket | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pause = SHORTEST_RETRY_MS;

  /** @param agent the agent's id; undefined: the agent who is logged in at the browser */
  constructor(agent: string | undefined) {
    this.#path = agent === undefined ? '/desktop' : `/desktop?${new URLSearchParams({ agent })}`;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = () => this.#snapshot;

  /** Connects; returns the function that closes it. */
  readonly open = () => {
    let isClosed = false;
    const connect = () => {
      const url = new URL(this.#path, location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      const socket = new WebSocket(url);
      let wasOpen = false;
      this.#socket = socket;
      socket.onopen = () => {
        wasOpen = true;
        this.#pause = SHORTEST_RETRY_MS;
        const { notices, chats } = this.#snapshot.desktop;
        const kept = { notices, chats: afterInterruption(chats) };
        this.#publish({ connection: 'open', desktop: { ...EMPTY_DESKTOP, ...kept } });
        this.userEvent('CampaignStatusRequest');
      };
      socket.onmessage = ({ data }) => {
        const frame: unknown = JSON.parse(String(data));
        if (!isObject(frame)) return;
        this.#publish({ ...this.#snapshot, desktop: heard(this.#snapshot.desktop, frame) });
      };
      socket.onclose = () => {
        if (isClosed) return;
        this.#publish({ ...this.#snapshot, connection: wasOpen ? 'interrupted' : 'asking' });
        void this.#mayOpen().then((may) => {
          if (isClosed) return;
          if (!may) return this.#publish({ connection: 'refused', desktop: EMPTY_DESKTOP });
          this.#publish({ ...this.#snapshot, connection: 'interrupted' });
          this.#retry = setTimeout(connect, this.#pause);
          this.#pause = Math.min(this.#pause * 2, LONGEST_RETRY_MS);
        });
      };
    };
    connect();
    return () => {
      isClosed = true;
      clearTimeout(this.#retry);
      this.#socket?.close();
    };
  };

  /** Sends a frame (interface.md 6). @returns false when there is no connection */
  send(frame: Members): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Puts a chat away that is over. */
  closeChat(id: string): void {
    const { desktop } = this.#snapshot;
    this.#publish({
      ...this.#snapshot,
      desktop: { ...desktop, chats: desktop.chats.filter((chat) => chat.id !== id) },
    });
  }

  /** Sends a request of the desktop protocol of Outbound Contact. */
  userEvent(name: string, keys: Members = {}): void {
    this.send({ type: 'user-event', userData: { GSW_AGENT_REQ_TYPE: name, ...keys } });
  }

  /** False when the server says that this user may not. */
  async #mayOpen(): Promise<boolean> {
    try {
      await request(this.#path, { credentials: 'browser' });
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // 426 is what a desktop says that would open as a WebSocket; 0 and 503 are a server that is away.
      return error.status !== 401 && error.status !== 403;
    }
  }

  #publish(snapshot: DesktopSnapshot): void {
    this.#snapshot = snapshot;
    for (const listener of this.#listeners) listener();
  }
}

/** The desktop of an agent for as long as its page is shown. */
export function useDesktop(agent: string | undefined): DesktopSnapshot & { link: DesktopLink } {
  const link = useMemo(() => new DesktopLink(agent), [agent]);
  useEffect(() => link.open(), [link]);
  return { ...useSyncExternalStore(link.subscribe, link.current), link };
}
