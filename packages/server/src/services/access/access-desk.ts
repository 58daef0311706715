import { type JsonObject, RingbackError } from '../../kernel/index.js';
import type { Sql, Transaction } from '../../store/sql.js';
import { isYes, textOf } from '../parameter-rules.js';
import { type ServiceConfiguration, serviceOfTemplate } from '../service-configuration.js';
import type { Storage } from '../storage.js';
import type { AccessNumbers, ArrivedCall, MatchedService } from './access-numbers.js';
import { bookingSeconds, type ResourceGroup, resourceGroup } from './resource-groups.js';

const USUAL_GROUP = 'DNIS';
const USUAL_CODE_LENGTH = 6;
const LONGEST_CODE = 15;
/** How long an empty record is kept for a service that has no stored data of its own, seconds. */
const EMPTY_DATA_TTL_S = 86_400;

/** A service that is running, whoever keeps its record. */
export interface LiveService {
  id: string;
  /** Id of its stored data. */
  storage: string | undefined;
  /** When its record ends, milliseconds since 1970; undefined: not before it is over. */
  ends: number | undefined;
}

/** The answer to whoever asks for access information: texts, as the original sends them. */
export interface AccessAnswer extends JsonObject {
  _access_number: string;
  _expiration_time: string;
}

/** What request-interaction, request-access and applications have in common: access information as parameters ask. */
export class AccessDesk {
  constructor(
    private readonly parts: {
      configuration: ServiceConfiguration;
      storage: Storage;
      access: AccessNumbers;
    },
  ) {}

  /** The pool that the parameters name; `DNIS` where they name none. @throws RingbackError `unknown-resource-group` */
  groupOf(parameters: JsonObject): ResourceGroup {
    return resourceGroup(this.parts.configuration, textOf(parameters._resource_group) ?? USUAL_GROUP);
  }

  /** The length that the configured request-access service gives to codes; undefined where it says none. */
  configuredCodeLength(): string | undefined {
    return textOf(serviceOfTemplate(this.parts.configuration, 'request-access')?._access_code_length);
  }

  /**
   * Gives a service access information, in place of what it had.
   * @param parameters effective ones: `_resource_group`, `_provide_code`, `_access_code_length`, `_phone_number`,
   *   `_booking_expiration_timeout`
   * @throws RingbackError `unknown-resource-group`, `no-resource`, `no-code`, `invalid-service-parameter`,
   *   `prefix-not-a-number`, `prefix-too-long`
   */
  async give(tx: Transaction, service: LiveService, parameters: JsonObject): Promise<AccessAnswer> {
    const { access, storage } = this.parts;
    const group = this.groupOf(parameters);
    const seconds = bookingSeconds(group, textOf(parameters._booking_expiration_timeout));
    const phone = textOf(parameters._phone_number);
    const given = await access.give(tx, {
      ...{ service: service.id, group, seconds },
      storage: service.storage ?? (await storage.create(tx, new Map(), EMPTY_DATA_TTL_S)),
      ...(isYes(parameters._provide_code) && { codeLength: codeLength(textOf(parameters._access_code_length)) }),
      ...(phone !== undefined && { phone }),
      ...(service.ends !== undefined && { serviceEnds: service.ends }),
    });
    return {
      _access_number: given.number,
      ...(given.code !== undefined && { _access_code: given.code }),
      _expiration_time: String(seconds),
    };
  }

  /** The services that a call belongs to, newest first. Their access information is released. */
  match(sql: Sql, call: ArrivedCall, all: boolean): Promise<MatchedService[]> {
    return this.parts.access.match(sql, call, all);
  }

  /** `{group, total, available}` of the pool that the parameters name. */
  async health(sql: Sql, parameters: JsonObject): Promise<JsonObject> {
    return { ...(await this.parts.access.health(sql, this.groupOf(parameters))) };
  }
}

function codeLength(text: string | undefined): number {
  if (text === undefined) return USUAL_CODE_LENGTH;
  const length = Number(text);
  if (Number.isInteger(length) && length >= 1 && length <= LONGEST_CODE) return length;
  const problem = `[${text}] is not a whole number from 1 to ${LONGEST_CODE}`;
  throw new RingbackError('invalid-service-parameter', `Invalid parameter _access_code_length : ${problem}`);
}
