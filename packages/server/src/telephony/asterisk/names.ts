/** Ids of legs and bridges that may be part of a name as they are. */
const PLAIN = /^[A-Za-z0-9_-]{1,80}$/;
/** Begins what was written in another alphabet; no plain id does. */
const ENCODED = '+';
const INBOUND = 'asterisk';

/**
 * How legs, bridges and treatments are named on the servers, so that they are recognised after a restart of either side and
 * nobody else's are touched: `<installation>.<id>`, a leg that was sent to its next trunk `<installation>.<id>~1`, a bridge
 * `<installation>.<id>~bridge`. Inbound channels keep the name that Asterisk gave them; their leg is
 * `asterisk:<server>:<name>`. Different ids, different names.
 */
export class Names {
  readonly #prefix: string;

  constructor(installation: string) {
    this.#prefix = `${installation}.`;
  }

  /** The name of a recording, a playback, or of the channel of a dialed leg on its first trunk. */
  of(id: string): string {
    return this.#prefix + (PLAIN.test(id) ? id : ENCODED + Buffer.from(id).toString('base64url'));
  }

  /** The channel of a leg. @param hop how many trunks were tried before */
  channel(legId: string, hop = 0): string {
    const inbound = inboundChannel(legId);
    if (inbound) return inbound.channel;
    return hop === 0 ? this.of(legId) : `${this.of(legId)}~${hop}`;
  }

  /**
   * The name of a bridge. It is no channel's: Asterisk tells an application about both by their names alone, so of a bridge
   * that is named like a channel it tells nothing.
   */
  bridge(id: string): string {
    return `${this.of(id)}~bridge`;
  }

  /** What was named by `of`, `bridge` or `channel`; undefined: not one of ours. */
  idOf(name: string): { id: string; hop: number } | undefined {
    if (!name.startsWith(this.#prefix)) return undefined;
    const [stem = '', hop = '0'] = name.slice(this.#prefix.length).split('~');
    const id = stem.startsWith(ENCODED) ? Buffer.from(stem.slice(1), 'base64url').toString() : stem;
    return { id, hop: Number(hop) };
  }
}

/** The leg of a channel that came in at a server. */
export function inboundLeg(server: string, channel: string): string {
  return `${INBOUND}:${server}:${channel}`;
}

/** Where an inbound leg came in, and its channel; undefined for other legs. */
export function inboundChannel(legId: string): { server: string; channel: string } | undefined {
  const [kind, server, ...rest] = legId.split(':');
  if (kind !== INBOUND || server === undefined || rest.length === 0) return undefined;
  return { server, channel: rest.join(':') };
}
