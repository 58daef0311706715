import type { JsonObject } from '../kernel/index.js';
import type { CallbackService } from './callback-service.js';
import type { CallbackConfiguration } from './configuration.js';
import { effectiveParameter, scalarText } from './service-parameters.js';

/** The seconds that somebody who joins a virtual queue now will wait; undefined or negative when nobody knows. */
export type ExpectedWait = (virtualQueue: string) => number | undefined;

/** Beyond this an expected wait is no estimate but the sign that there is none. */
export const LONGEST_ESTIMATE_S = 10_000;

/** Parameters of a request that name another source of the expected wait than the service does. */
export const WAIT_SOURCES = [
  '_request_queue_time_stat',
  '_request_ewt_service',
  '_urs_ewt_virtual_queue',
  '_urs_virtual_queue',
];

/**
 * How long before its desired time a callback is submitted: `_request_execution_time_buffer`, or the expected wait where
 * that is longer. The wait is that of the queue which `_request_queue_time_stat` or `_request_ewt_service` name, else of
 * the callback's own virtual queue.
 */
export class SubmissionLead {
  constructor(
    private readonly configuration: Pick<CallbackConfiguration, 'service'>,
    private readonly expectedWait: ExpectedWait | undefined,
  ) {}

  /** Milliseconds. */
  of(service: CallbackService, properties: JsonObject): number {
    const queue = this.#queueOf(service, properties);
    const seconds = queue === undefined ? -1 : (this.#expected(queue) ?? -1);
    return seconds < LONGEST_ESTIMATE_S
      ? Math.max(service.executionBufferMs, seconds * 1000)
      : service.executionBufferMs;
  }

  /** A queue of another switch is known here by its number alone. */
  #expected(queue: string): number | undefined {
    const seconds = this.expectedWait?.(queue);
    const isKnown = seconds !== undefined && seconds >= 0 && seconds < LONGEST_ESTIMATE_S;
    return isKnown || !queue.includes('@') ? seconds : this.expectedWait?.(queue.slice(0, queue.indexOf('@')));
  }

  #queueOf(service: CallbackService, properties: JsonObject): string | undefined {
    const read = (name: string) => scalarText(effectiveParameter(service, properties, name))?.trim() ?? '';
    return (
      queueOfStatistic(read('_request_queue_time_stat')) ||
      queueOfAddress(this.configuration.service(read('_request_ewt_service'))?._urs_stat_url_parameters) ||
      read('_urs_ewt_virtual_queue') ||
      read('_urs_virtual_queue') ||
      undefined
    );
  }
}

/** `ExpectedWaitTime;Queue;8999@SIP_Server;Environment`: statistic, type of object, object, tenant. */
function queueOfStatistic(statistic: string): string {
  return statistic.split(';')[2]?.trim() ?? '';
}

/** `name=VQ1&tenant=Environment&aqt=urs`, the parameters of a urs-stat service. */
function queueOfAddress(parameters: string | undefined): string {
  return new URLSearchParams(parameters ?? '').get('name')?.trim() ?? '';
}
