import { expect, it } from 'vitest';
import { NodeStatus } from '../services/index.js';
import type { Undo } from './ground.js';
import { sayOfflineBeforeStop } from './leaving.js';

it.each([
  ['10', [10_000]],
  ['1', [5_000]],
  ['9999', [600_000]],
  ['', []],
  ['soon', []],
])('X2 with suspending-wait-timeout "%s" a server is offline for %j ms before it stops', async (option, expected) => {
  const node = new NodeStatus();
  const undo: Undo = [];
  const waits: [string, number][] = [];
  sayOfflineBeforeStop(
    node,
    (name) => (name === 'sml' && option !== '' ? { 'suspending-wait-timeout': option } : {}),
    undo,
    async (milliseconds) => void waits.push([node.state, milliseconds]),
  );
  expect(node.state).toBe('ONLINE');
  for (const step of undo) await step();
  expect(node.state).toBe('OFFLINE');
  expect(waits).toEqual(expected.map((milliseconds) => ['OFFLINE', milliseconds]));
});
