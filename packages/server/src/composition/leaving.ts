import type { NodeStatus } from '../services/index.js';
import type { Undo } from './ground.js';

/** Bounds of the option, seconds (GMS Deployment, "Starting and Stopping"). */
const SHORTEST_S = 5;
const LONGEST_S = 600;

/**
 * Before a server stops it says OFFLINE and serves on for the seconds of option `suspending-wait-timeout` (section `sml`), so
 * that load balancers find another node. Without the option it stops at once: who stops a server by itself waits for it.
 */
export function sayOfflineBeforeStop(
  node: NodeStatus,
  section: (name: string) => Readonly<Record<string, string>>,
  undo: Undo,
  wait: (milliseconds: number) => Promise<void> = (milliseconds) =>
    new Promise((resolve) => setTimeout(resolve, milliseconds)),
): void {
  undo.push(async () => {
    node.change('OFFLINE');
    const seconds = Number(section('sml')['suspending-wait-timeout']);
    if (seconds > 0) await wait(Math.min(LONGEST_S, Math.max(SHORTEST_S, seconds)) * 1000);
  });
}
