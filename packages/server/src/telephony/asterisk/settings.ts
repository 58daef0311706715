import type { Activity, Clock, Logger } from '../../kernel/index.js';

/** One Asterisk server (16 or later) and how its REST interface (ARI) is reached. */
export interface AsteriskServer {
  /** Names it in logs and in the ids of inbound legs: letters, digits, `-`, `_`, at most 32. Never reuse one for another server. */
  name: string;
  /** Where `http.conf` listens, with the `prefix` if one is set there: `http://pbx:8088`, `https://pbx:8089/asterisk`. */
  url: string;
  /** A user of `ari.conf` with `read_only = no`. */
  user: string;
  password: string;
  /** Its share of new calls, relative to the others; 0: none while there are others. Default 1. */
  weight?: number;
}

/** How the telephones behind the servers are reached and named. Every endpoint is written as Asterisk's `Dial` takes it. */
export interface AsteriskSettings {
  /** At least one. A call's legs are all placed on one of them (`DialRequest.callId`). */
  servers: readonly AsteriskServer[];
  /**
   * Names this installation on the servers: its Stasis application, and the beginning of the ids of its channels and bridges.
   * Letters, digits, `-`, at most 32; default `ringback`. Installations that share a server have different ones.
   */
  installation?: string;
  /**
   * With several Ringback nodes: this one's name. Its Stasis application is then `<installation>-<node>`; a node hears the
   * calls that it placed and acts on those of the others too.
   */
  node?: string;
  /**
   * The endpoint of each phone of the installation, by its DN (`DialRoute.device`, device events): `{ "2001": "PJSIP/2001" }`.
   * Where a phone is registered at one of several servers only, an object says by server how it is reached from there:
   * `{ "2001": { "pbx1": "PJSIP/2001", "pbx2": "PJSIP/2001@pbx1" } }`.
   */
  phones?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  /** The endpoint behind each trunk, by its name, `{number}` being the number as the trunk wants it: `PJSIP/{number}@provider`. */
  trunks?: Readonly<Record<string, string>>;
  /** Where calls without a route go, unless `to` is one of the phones. Default `PJSIP/{number}`. */
  endpoint?: string;
  /** Dialplan context that runs `AMD()` and comes back (`ringback asterisk-config`); default `amd`. */
  amdContext?: string;
  /** Folder of the sounds that `announcement:` addresses name, as Asterisk finds it: `ringback/`. Default: none, `sound:NAME`. */
  announcements?: string;
  /** Language of prompts that name none, such as `en` or `fr`; default: the endpoint's. */
  language?: string;
  /**
   * Address of a speech service, `{text}` and `{language}` filled in: Asterisk fetches what it says as audio. Default: none;
   * then media of kind `text` are refused (`not-supported`), as Asterisk itself speaks numbers and prompts only.
   */
  speech?: string;
  /** Class of `musiconhold.conf` for those who wait; default `default`. */
  musicClass?: string;
  /** Country of the tones, as in `indications.conf`; default `us`. */
  toneZone?: string;
  /** REST over the WebSocket where the server has it (22 and later), or always HTTP. Default `auto`. */
  rest?: 'auto' | 'http';
  /** Milliseconds until a request to a server counts as failed; default 10,000. */
  requestTimeoutMs?: number;
  /** Milliseconds that `start` waits for servers that do not answer, if one does; default 5,000. */
  startTimeoutMs?: number;
  /** Milliseconds after which the legs on a server that went away end as `lost`; default 30,000. */
  lostAfterMs?: number;
}

/** What the driver is made of. */
export interface AsteriskSwitchOptions {
  settings: AsteriskSettings;
  clock: Clock;
  activity: Activity;
  log: Logger;
  /**
   * Which of these legs the product knows and has not seen the end of (`Calls.legs`). On every connection the legs found on
   * a server are asked for, and those of this installation that are unknown are hung up. Absent: none is hung up.
   */
  known?: (legIds: readonly string[]) => Promise<readonly string[]>;
}
