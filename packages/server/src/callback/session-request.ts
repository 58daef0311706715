import type { JsonObject } from '../kernel/index.js';
import type { CallbackRow } from './callback-record.js';
import type { CallbackService, CallbackServices } from './callback-service.js';
import {
  applicationOf,
  effectiveParameter,
  restoredPosition,
  scalarText,
  sessionParameters,
} from './service-parameters.js';

/** With what a session is started for a callback; one that takes over from a lost one gets the place that had. */
export function sessionRequest(
  services: CallbackServices,
  service: CallbackService,
  row: CallbackRow,
  session: string,
  now: number,
): { id: string; flow: string; parameters: JsonObject; callback: string; service: string } {
  const startedAt = row.progress.submittedAt ?? now;
  const parameters = sessionParameters(service, {
    id: row.id,
    service: row.service,
    number: row.customer_number ?? undefined,
    immediate: row.immediate,
    desiredAt: row.desired_at,
    startedAt,
    properties: row.properties,
  });
  const isAnother = services.restoresPlaces && row.session !== null && row.session !== session;
  const named = scalarText(effectiveParameter(service, row.properties, '_service')) || service.flow;
  const paused = services.isPaused(service) ? { _callback_paused: 'true' } : {};
  return {
    id: session,
    flow: applicationOf(named, parameters),
    parameters: { ...parameters, ...paused, ...(isAnother && restoredPosition(parameters, startedAt, now)) },
    callback: row.id,
    service: row.service,
  };
}
