import type { Web } from 'sip.js';
import type { SoftphoneAccount } from './softphone-account.js';

/** Of the telephone: on its way to the server, registered there, or without a connection. */
export type LineState = 'connecting' | 'registered' | 'offline';
export type SoftphoneCall = 'none' | 'ringing' | 'talking' | 'held';

export interface SoftphoneSnapshot {
  line: LineState;
  call: SoftphoneCall;
  isMuted: boolean;
  /** What did not work, in the words of the browser or the library. */
  problem?: string;
}

const AT_REST: SoftphoneSnapshot = { line: 'connecting', call: 'none', isMuted: false };

const RETRY_SECONDS = 4;
/** The browser goes on looking for ways to be reached; the call does not wait for all of them. */
const ICE_GATHERING_MS = 1000;
const KEEP_ALIVE_SECONDS = 20;

/**
 * A telephone in the browser: SIP over WebSocket, audio over WebRTC. One call at a time; further ones find it busy.
 *
 * It connects and registers when it is opened, again and again while the connection is lost, and takes itself out when it
 * is closed. The library is loaded when the first telephone is opened.
 */
export class Softphone {
  #snapshot: SoftphoneSnapshot = AT_REST;
  readonly #listeners = new Set<() => void>();
  readonly #account: SoftphoneAccount;
  readonly #audio = new Audio();
  #microphone: string | undefined;
  #user: Web.SimpleUser | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Counts how often it was opened and closed: what belongs to an earlier time is no news. */
  #life = 0;

  constructor(account: SoftphoneAccount) {
    this.#account = account;
    this.#audio.autoplay = true;
  }

  readonly subscribe = (listener: () => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly current = () => this.#snapshot;

  /** Connects; returns the function that closes it. */
  readonly open = () => {
    this.#life += 1;
    void this.#connect(this.#life);
    return () => {
      this.#life += 1;
      clearTimeout(this.#retry);
      void this.#leave();
    };
  };

  /** Takes the call that rings. */
  answer(): Promise<void> {
    const audio = this.#microphone === undefined ? true : { deviceId: { exact: this.#microphone } };
    const sessionDescriptionHandlerOptions = { constraints: { audio, video: false } };
    return this.#do((user) => user.answer({ sessionDescriptionHandlerOptions }));
  }

  /** Ends the call, or refuses the one that rings. */
  hangUp(): Promise<void> {
    return this.#do((user) => (this.#snapshot.call === 'ringing' ? user.decline() : user.hangup()));
  }

  hold(on: boolean): Promise<void> {
    return this.#do((user) => (on ? user.hold() : user.unhold()));
  }

  mute(on: boolean): Promise<void> {
    return this.#do(async (user) => {
      if (on) user.mute();
      else user.unmute();
      this.#publish({ isMuted: user.isMuted() });
    });
  }

  /** Lets the other side hear a key: `0` to `9`, `*`, `#`. */
  press(key: string): Promise<void> {
    return this.#do((user) => user.sendDTMF(key));
  }

  /** The microphone of the calls from now on. */
  listenWith(deviceId: string | undefined): void {
    this.#microphone = deviceId;
  }

  /** Where the other side is heard, at once. */
  async playOn(deviceId: string): Promise<void> {
    try {
      await this.#audio.setSinkId(deviceId);
    } catch (error) {
      this.#publish({ problem: reasonOf(error) });
    }
  }

  async #connect(life: number): Promise<void> {
    try {
      await this.#leave();
      const { Web: web } = await import('sip.js');
      if (life !== this.#life) return;
      const user = this.#make(web);
      this.#user = user;
      await user.connect();
      await user.register();
    } catch (error) {
      if (life !== this.#life) return;
      this.#publish({ line: 'offline', problem: reasonOf(error) });
      this.#connectLater();
    }
  }

  /** Takes the telephone out of the server's register; a connection that is gone already is no news then. */
  async #leave(): Promise<void> {
    const user = this.#user;
    this.#user = undefined;
    if (!user?.isConnected()) return;
    try {
      await user.unregister();
      await user.disconnect();
    } catch (error) {
      console.warn(error);
    }
  }

  #make(web: typeof Web): Web.SimpleUser {
    const { url, domain, username, secret, iceServers } = this.#account;
    const isOurs = (work: () => void) => () => user === this.#user && work();
    const user: Web.SimpleUser = new web.SimpleUser(url, {
      aor: `sip:${username}@${domain}`,
      media: { constraints: { audio: true, video: false }, remote: { audio: this.#audio } },
      sendDTMFUsingSessionDescriptionHandler: true,
      // Connecting again is ours: the library gives up after a number of attempts.
      reconnectionAttempts: 0,
      userAgentOptions: {
        authorizationUsername: username,
        authorizationPassword: secret,
        logBuiltinEnabled: false,
        transportOptions: { server: url, keepAliveInterval: KEEP_ALIVE_SECONDS },
        sessionDescriptionHandlerFactoryOptions: {
          iceGatheringTimeout: ICE_GATHERING_MS,
          peerConnectionConfiguration: { iceServers: iceServers.map((urls) => ({ urls })) },
        },
      },
      delegate: {
        onRegistered: isOurs(() => this.#publish({ line: 'registered' })),
        onUnregistered: isOurs(() => {
          this.#publish({ line: 'offline' });
          this.#connectLater();
        }),
        onServerDisconnect: isOurs(() => {
          this.#publish({ ...AT_REST, line: 'offline' });
          this.#connectLater();
        }),
        onCallReceived: isOurs(() => this.#publish({ call: 'ringing' })),
        onCallAnswered: isOurs(() => this.#publish({ call: 'talking', isMuted: false })),
        onCallHangup: isOurs(() => this.#publish({ call: 'none', isMuted: false })),
        onCallHold: (held) => user === this.#user && this.#publish({ call: held ? 'held' : 'talking' }),
      },
    });
    return user;
  }

  #connectLater(): void {
    const life = this.#life;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(life), RETRY_SECONDS * 1000);
  }

  async #do(work: (user: Web.SimpleUser) => Promise<void>): Promise<void> {
    const user = this.#user;
    if (!user) return;
    const { problem: _problem, ...rest } = this.#snapshot;
    this.#snapshot = rest;
    try {
      await work(user);
    } catch (error) {
      this.#publish({ problem: reasonOf(error) });
    }
  }

  #publish(change: Partial<SoftphoneSnapshot>): void {
    const { problem: before, ...rest } = this.#snapshot;
    // A problem is shown until something works again.
    const problem = change.line === 'registered' ? undefined : before;
    this.#snapshot = { ...rest, ...(problem !== undefined && { problem }), ...change };
    for (const listener of this.#listeners) listener();
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
