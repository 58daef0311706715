/** The least time between two refreshes of the same thing, milliseconds. */
const SHORTEST_GAP_MS = 400;

/**
 * Turns bursts of "this has changed" into a bounded number of refreshes.
 *
 * Per name it is either idle, or running: refreshing now and then keeping the shortest gap. A change during a run causes
 * exactly one further run after it, so that the last change is always seen and a busy server is never asked in a stream.
 */
export class Refresher {
  private readonly running = new Map<string, { again: boolean }>();

  /** `refresh` resolves when the fresh data has arrived; it handles its own errors. */
  changed(name: string, refresh: () => Promise<void>): void {
    const run = this.running.get(name);
    if (run !== undefined) {
      run.again = true;
      return;
    }
    const started = { again: false };
    this.running.set(name, started);
    void refresh()
      .finally(() => new Promise((resolve) => setTimeout(resolve, SHORTEST_GAP_MS)))
      .finally(() => {
        this.running.delete(name);
        if (started.again) this.changed(name, refresh);
      });
  }
}
