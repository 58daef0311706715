import type { JsonObject } from '../kernel/index.js';
import type { CollectReason, SwitchEvent } from './switch.js';

/** The events that tell the end of what was done to a leg: a play, a collect, a recording, a voice application. */
export type TreatedEvent = Extract<SwitchEvent, { type: 'played' | 'collected' | 'recorded' | 'application' }>;

/** How a treatment ended; `ended` as a reason: the leg did. */
export type TreatmentResult =
  | { type: 'played' }
  | { type: 'collected'; digits: string; reason: CollectReason }
  | { type: 'recorded'; url: string; durationMs: number; reason: 'complete' | 'silence' | 'timeout' | 'ended' }
  | {
      type: 'application';
      result: JsonObject;
      userData: JsonObject;
      error?: { error: string; description: string };
    };

export function isTreatedEvent(event: SwitchEvent): event is TreatedEvent {
  return (
    event.type === 'played' || event.type === 'collected' || event.type === 'recorded' || event.type === 'application'
  );
}

/** The treatment that is over, by the id under which it was asked for, and its result. */
export function treated(event: TreatedEvent): { id: string; result: TreatmentResult } {
  switch (event.type) {
    case 'played':
      return { id: event.playId, result: { type: 'played' } };
    case 'collected': {
      const { collectId: id, digits, reason } = event;
      return { id, result: { type: 'collected', digits, reason } };
    }
    case 'recorded': {
      const { recordId: id, url, durationMs, reason } = event;
      return { id, result: { type: 'recorded', url, durationMs, reason } };
    }
    case 'application': {
      const { result, userData = {}, error } = event.outcome;
      return { id: event.runId, result: { type: 'application', result, userData, ...(error && { error }) } };
    }
  }
}
