import { type Clock, KeyedSequence, RingbackError } from '../../kernel/index.js';
import type { SwitchEvent } from '../switch.js';
import type { CarriedLeg } from './carried-leg.js';
import { ask, type Link, succeeded } from './link.js';
import type { Names } from './names.js';
import { path, unavailable } from './rest.js';

/** The bridges that connect legs: made when the first legs join, destroyed when the last one has left. */
export class Bridges {
  readonly #names: Names;
  readonly #clock: Clock;
  readonly #emit: (event: SwitchEvent) => void;
  readonly #turns = new KeyedSequence();

  constructor(parts: { names: Names; clock: Clock; emit: (event: SwitchEvent) => void }) {
    this.#names = parts.names;
    this.#clock = parts.clock;
    this.#emit = parts.emit;
  }

  /**
   * @param legs answered, on one server, each in the hands of our application
   * @throws RingbackError `leg-not-answered` when one has ended meanwhile, `switch-unavailable`
   */
  join(link: Link, bridgeId: string, legs: readonly CarriedLeg[]): Promise<void> {
    return this.#turns.run(bridgeId, async () => {
      const newcomers = legs.filter((leg) => leg.bridgeId !== bridgeId);
      for (const leg of legs) if (!newcomers.includes(leg)) this.entered(leg, bridgeId, true);
      if (newcomers.length === 0) return;
      await this.#make(link, bridgeId);
      const channel = newcomers.map((leg) => leg.channel);
      const response = await ask(link, 'POST', path('bridges', this.#names.bridge(bridgeId), 'addChannel'), {
        channel,
      });
      if (succeeded(response)) return;
      const gone = legs.find(({ state }) => state === 'ended') ?? newcomers[0];
      if (response.status === 400 || response.status === 422 || gone?.state === 'ended') {
        throw new RingbackError('leg-not-answered', `Leg ${gone?.id} is not up, or not any more.`);
      }
      throw unavailable(link.name, `answered ${response.status} when legs were to join bridge ${bridgeId}`);
    });
  }

  /** @throws RingbackError `switch-unavailable` */
  async leave(leg: CarriedLeg): Promise<void> {
    const { bridgeId, link, channel } = leg;
    if (bridgeId === undefined) return;
    await this.#turns.run(bridgeId, () =>
      ask(link, 'POST', path('bridges', this.#names.bridge(bridgeId), 'removeChannel'), { channel: [channel] }),
    );
  }

  /** A leg is in a bridge. @param again whether to say so even if it is known */
  entered(leg: CarriedLeg, bridgeId: string, again = false): void {
    const since = leg.bridgeId === bridgeId ? leg.joinedAt : undefined;
    if (since !== undefined && !again) return;
    const at = since ?? this.#clock.now();
    leg.bridgeId = bridgeId;
    leg.joinedAt = at;
    this.#emit({ type: 'joined', legId: leg.id, bridgeId, at });
  }

  left(leg: CarriedLeg, bridgeId: string): void {
    if (leg.bridgeId !== bridgeId) return;
    delete leg.bridgeId;
    delete leg.joinedAt;
  }

  /** Destroys a bridge in which nobody is any more. */
  destroyEmpty(link: Link, bridgeId: string): Promise<void> {
    return this.#turns.run(bridgeId, async () => {
      const bridge = path('bridges', this.#names.bridge(bridgeId));
      const { status, body } = await ask(link, 'GET', bridge);
      if (status !== 200 || !isEmpty(body)) return;
      link.bridges.delete(bridgeId);
      await ask(link, 'DELETE', bridge);
    });
  }

  async #make(link: Link, bridgeId: string): Promise<void> {
    if (link.bridges.has(bridgeId)) return;
    const name = this.#names.bridge(bridgeId);
    const made = await ask(link, 'POST', path('bridges', name), { type: 'mixing' });
    // Another node may have made it; Asterisk says so with 409 or, before 22, 500.
    if (!succeeded(made) && !succeeded(await ask(link, 'GET', path('bridges', name)))) {
      throw unavailable(link.name, `answered ${made.status} when bridge ${bridgeId} was to be made`);
    }
    link.bridges.add(bridgeId);
  }
}

function isEmpty(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'channels' in body && Array.isArray(body.channels)
    ? body.channels.length === 0
    : false;
}
