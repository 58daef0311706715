import type { Watch } from '../datamodel/sandbox-realm.js';
import { ApplicationInstance, type CompiledApplication } from './application.js';

/** Who uses an instance: all sessions of an application, or one session. */
export interface InstanceHolder {
  /** Undefined until the first session, and again after the instance was abandoned. */
  instance: Promise<ApplicationInstance> | undefined;
  /** The one session, if it is one. */
  readonly session?: string;
}

/**
 * Instances that are open, the most recently used last. An instance takes memory even if nobody uses it; beyond a limit
 * the oldest are closed, and their sessions restored from their snapshots when they are next needed.
 */
export class OpenInstances {
  readonly #open = new Set<InstanceHolder>();

  constructor(
    private readonly watch: Watch | undefined,
    /** Told of an instance that is closed because others were needed more recently. */
    private readonly closed: (holder: InstanceHolder, instance: ApplicationInstance) => void,
  ) {}

  /** `limit`: how many may be open beside each other, 0 for any number. */
  use(holder: InstanceHolder, compiled: CompiledApplication, limit: number): Promise<ApplicationInstance> {
    this.#open.delete(holder);
    this.#open.add(holder);
    if (holder.instance === undefined) {
      this.#closeOldest(limit);
      holder.instance = ApplicationInstance.open(compiled, this.watch);
      // Who asked for it learns why; the next one tries again.
      holder.instance.catch(() => this.drop(holder));
    }
    return holder.instance;
  }

  /** The holder needs a new instance when it is next used. */
  drop(holder: InstanceHolder): void {
    if (this.#open.delete(holder)) holder.instance = undefined;
  }

  close(): void {
    for (const { instance } of this.#open) void instance?.then(({ model }) => model.dispose());
    this.#open.clear();
  }

  #closeOldest(limit: number): void {
    if (limit <= 0 || this.#open.size <= limit) return;
    const [oldest] = this.#open;
    if (oldest === undefined) return;
    this.#open.delete(oldest);
    const closing = oldest.instance;
    oldest.instance = undefined;
    void closing?.then((instance) => this.closed(oldest, instance));
  }
}
