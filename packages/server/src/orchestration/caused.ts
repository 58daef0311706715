import type { Effect } from '@ringback/scxml';
import type { JsonObject } from '../kernel/index.js';

/** More of one macrostep are not listed; the last entry then says how many there were. */
const MOST = 100;

/** What a macrostep asked for, for those who look at it later: one entry for each request, in their order. */
export function causedBy(effects: readonly Effect[]): JsonObject[] {
  const entries = effects.slice(0, MOST).map(entry);
  return effects.length > MOST ? [...entries, { kind: 'more', count: effects.length - MOST }] : entries;
}

function entry(effect: Effect): JsonObject {
  switch (effect.kind) {
    case 'send':
      return {
        kind: 'send',
        event: effect.event.name,
        sendid: effect.sendId,
        ...(effect.target !== undefined && { target: effect.target }),
        ...(effect.type !== undefined && { type: effect.type }),
        ...(effect.delayMs > 0 && { delayMs: effect.delayMs }),
      };
    case 'cancel':
      return { kind: 'cancel', sendid: effect.sendId };
    case 'log':
      return { kind: 'log', text: effect.label === undefined ? effect.text : `${effect.label}: ${effect.text}` };
    case 'action':
      return {
        kind: 'action',
        module: effect.namespace.slice(effect.namespace.lastIndexOf('/') + 1),
        name: effect.name,
        requestid: effect.requestId,
      };
    case 'call':
      return { kind: 'call', name: effect.op };
    case 'invoke':
      return { kind: 'invoke', invokeid: effect.invokeId, ...(effect.src !== undefined && { src: effect.src }) };
    case 'cancel-invoke':
      return { kind: 'cancel-invoke', invokeid: effect.invokeId };
    case 'forward':
      return { kind: 'forward', invokeid: effect.invokeId, event: effect.event.name };
    default:
      return effect satisfies never;
  }
}
