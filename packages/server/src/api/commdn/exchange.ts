import { type JsonObject, KvList } from '../../kernel/index.js';
import {
  type CampaignGroups,
  type Cause,
  type Dialing,
  type GroupMessage,
  type OutboundApplication,
  OutboundError,
} from '../../outbound/index.js';
import { admitted, type CommDnConfiguration } from './admission.js';
import {
  type Addresses,
  errorMessage,
  failureMessage,
  groupMessage,
  recordMessage,
  sequenceMessage,
} from './message.js';
import { answerType, kindOf, MessageType, mayBeBroadcast, type RequestType } from './message-type.js';
import {
  type CampaignRequest,
  type CampaignTarget,
  type CommDnRequest,
  KEYS,
  type RecordRequest,
  readRequest,
} from './request.js';

export interface ExchangeOptions {
  configuration: CommDnConfiguration;
  campaigns: Pick<
    CampaignGroups,
    | 'load'
    | 'startDialing'
    | 'stopDialing'
    | 'setDialingMode'
    | 'unload'
    | 'forceUnload'
    | 'complete'
    | 'status'
    | 'loaded'
    | 'sequences'
  >;
  dialing: Pick<Dialing, 'cancel' | 'doNotCall'>;
}

/** Who sent a message, and where. */
export interface Sender {
  dn: string;
  /** Name of the authenticated application. */
  application: string;
  /** Its connection, if it has one: the notification of what it asked for is not sent there. */
  connection?: string;
}

/** What becomes of a message: an answer, now or when its work is done; or silence. */
export interface Reply {
  answer?: JsonObject;
  /** An unload goes on: `of` is what is being unloaded. */
  later?: { of: string; answer: Promise<JsonObject> };
}

const SILENCE: Reply = {};

/** Which notification an answer takes the place of. */
const NOTIFICATION_OF: Partial<Record<RequestType, GroupMessage>> = {
  7: 'loaded',
  8: 'unloaded',
  9: 'started',
  10: 'stopped',
  11: 'mode-changed',
  29: 'unloaded',
  36: 'unloaded',
};

/** What is being unloaded, as a name that campaign groups and sequences do not share. */
export function groupKey(name: string): string {
  return `group ${name}`;
}
export function sequenceKey(group: number): string {
  return `sequence ${group}`;
}

/**
 * Takes messages from applications and answers them (reference 002; spec outbound.md 1). Who may not talk, and what is no
 * request to this server, meets silence; every other message has exactly one answer.
 */
export class Exchange {
  constructor(private readonly options: ExchangeOptions) {}

  /**
   * @param frame what was sent, parsed; undefined when it is not JSON
   * @throws what is not the sender's fault, such as DatabaseUnavailable
   */
  async receive(sender: Sender, frame: unknown): Promise<Reply> {
    const admission = admitted(this.options.configuration, sender.dn, sender.application);
    if (!admission) return SILENCE;
    const { server, application } = admission;
    const addresses = { origin: server.dbid, target: application.dbid };
    const list = KvList.read(frame);
    if (!list) return { answer: errorMessage(addresses, new OutboundError('invalid-parameter'), {}) };
    const type = this.#requestType(list, server, application.dbid);
    if (type === undefined) return SILENCE;
    const echo = echoed(list);
    try {
      if (type === 'wrong') throw new OutboundError('invalid-parameter', KEYS.messageType);
      const loaded = type === MessageType.ReqCancelRecord ? await this.#loadedCampaigns() : new Set<string>();
      const request = readRequest(list, type, (campaign) => loaded.has(campaign));
      return await this.#answer(request, addresses, { sender, echo });
    } catch (error) {
      if (!(error instanceof OutboundError)) throw error;
      return { answer: errorMessage(addresses, error, echo) };
    }
  }

  /** The answer to a message that could not be dealt with, if it is to have one. */
  failure(sender: Sender, frame: unknown, text: string): JsonObject | undefined {
    const admission = admitted(this.options.configuration, sender.dn, sender.application);
    const list = KvList.read(frame);
    if (!admission || !list) return undefined;
    const addresses = { origin: admission.server.dbid, target: admission.application.dbid };
    return failureMessage(addresses, text, echoed(list));
  }

  /** @returns undefined: none of our business */
  #requestType(list: KvList, server: OutboundApplication, sender: number): RequestType | 'wrong' | undefined {
    const target = list.integer(KEYS.target);
    if (list.integer(KEYS.origin) !== sender || (target !== server.dbid && target !== 0)) return undefined;
    const type = list.integer(KEYS.messageType);
    const kind = typeof type === 'number' ? kindOf(type) : 'unknown';
    if (kind === 'not-for-us') return undefined;
    if (kind === 'unknown') return target === 0 ? undefined : 'wrong';
    return target === 0 && !mayBeBroadcast(kind) ? undefined : kind;
  }

  async #answer(
    request: CommDnRequest,
    addresses: Addresses,
    context: { sender: Sender; echo: JsonObject },
  ): Promise<Reply> {
    if (request.about === 'records') {
      return { answer: await this.#recordAnswer(request.type, request.list, addresses, context.echo) };
    }
    const { [KEYS.campaign]: _campaign, [KEYS.group]: _group, ...more } = context.echo;
    const cause = causeOf(request.type, context.sender);
    return request.target.kind === 'group'
      ? this.#groupReply(request, request.target, addresses, { cause, more })
      : this.#sequenceReply(request, request.target, addresses, { cause, more });
  }

  async #groupReply(
    { type, dial }: CampaignRequest,
    { selector }: Extract<CampaignTarget, { kind: 'group' }>,
    addresses: Addresses,
    { cause, more }: { cause: Cause; more: JsonObject },
  ): Promise<Reply> {
    const { campaigns } = this.options;
    if (type === MessageType.ReqUnloadCampaign || type === MessageType.ReqCompleteCampaign) {
      const { view, done } = await (type === MessageType.ReqUnloadCampaign
        ? campaigns.unload(selector, cause)
        : campaigns.complete(selector, cause));
      const answer = done.then((group) => groupMessage(MessageType.EvCampaignUnloaded, addresses, group, more));
      return { later: { of: groupKey(view.name), answer } };
    }
    if (dial.unserved) throw await this.#unservedMode(type, selector);
    const { change } = dial;
    const operations = {
      [MessageType.ReqLoadCampaign]: () => campaigns.load(selector, change, cause),
      [MessageType.ReqStartDialing]: () => campaigns.startDialing(selector, change, cause),
      [MessageType.ReqStopDialing]: () => campaigns.stopDialing(selector, cause),
      [MessageType.ReqSetDialingMode]: () => campaigns.setDialingMode(selector, change, cause),
      [MessageType.ReqGetCampaignStatus]: () => campaigns.status(selector),
      [MessageType.ReqForceUnloadCampaign]: () => campaigns.forceUnload(selector, cause),
    };
    return { answer: groupMessage(answerType(type), addresses, await operations[type](), more) };
  }

  async #sequenceReply(
    { type, dial }: CampaignRequest,
    { group, schedule }: Extract<CampaignTarget, { kind: 'sequence' }>,
    addresses: Addresses,
    { cause, more }: { cause: Cause; more: JsonObject },
  ): Promise<Reply> {
    const { sequences } = this.options.campaigns;
    const { [KEYS.properties]: _schedule, ...others } = more;
    if (type === MessageType.ReqUnloadCampaign || type === MessageType.ReqCompleteCampaign) {
      const { done } = await sequences.unload(group, cause);
      const answer = done.then((view) => sequenceMessage(MessageType.EvCampaignUnloaded, addresses, view, others));
      return { later: { of: sequenceKey(group), answer } };
    }
    if (dial.unserved) {
      await sequences.status(group);
      throw new OutboundError('invalid-campaign-schedule-mode');
    }
    const { change } = dial;
    const operations = {
      [MessageType.ReqLoadCampaign]: () => sequences.load(group, schedule ?? { description: '', items: [] }, cause),
      [MessageType.ReqStartDialing]: () => sequences.startDialing(group, change, cause),
      [MessageType.ReqStopDialing]: () => sequences.stopDialing(group, cause),
      [MessageType.ReqSetDialingMode]: () => sequences.setDialingMode(group, change, cause),
      [MessageType.ReqGetCampaignStatus]: () => sequences.status(group),
      [MessageType.ReqForceUnloadCampaign]: () => sequences.forceUnload(group, cause),
    };
    return { answer: sequenceMessage(answerType(type), addresses, await operations[type](), others) };
  }

  /** The refusal of a mode that is not served comes after those that the state of the campaign group gives. */
  async #unservedMode(
    type: RequestType,
    selector: Extract<CampaignTarget, { kind: 'group' }>['selector'],
  ): Promise<OutboundError> {
    const { status } = await this.options.campaigns.status(selector);
    if (type === MessageType.ReqLoadCampaign) {
      return new OutboundError(status === 'NotLoaded' ? 'invalid-campaign-mode' : 'campaign-already-loaded');
    }
    if (status === 'NotLoaded') return new OutboundError('campaign-not-loaded');
    const starts = type === MessageType.ReqStartDialing;
    if (starts !== (status === 'Running')) return new OutboundError('invalid-campaign-mode');
    return new OutboundError(starts ? 'campaign-already-started' : 'campaign-not-started');
  }

  async #recordAnswer(
    type: 30 | 32,
    request: RecordRequest,
    addresses: Addresses,
    echo: JsonObject,
  ): Promise<JsonObject> {
    const { phone, customerId, campaign, scope } = request;
    const reference = echo[KEYS.reference];
    const more: JsonObject = reference === undefined ? {} : { [KEYS.reference]: reference };
    const shown: JsonObject = {
      ...(phone !== undefined && { GSW_PHONE: phone }),
      ...(customerId !== undefined && { GSW_CUSTOMER_ID: customerId }),
      ...(campaign !== undefined && { GSW_CAMPAIGN_NAME: campaign }),
      GSW_CHAIN_ATTR: scope,
    };
    const selector = phone !== undefined ? { phone } : { ...(customerId !== undefined && { customerId }) };
    if (type === MessageType.ReqCancelRecord) {
      const done = await this.options.dialing.cancel(selector, { scope, ...(campaign !== undefined && { campaign }) });
      const properties = { cancel_record: { ...shown, ...(done.GSW_MESSAGE && { GSW_MESSAGE: done.GSW_MESSAGE }) } };
      return recordMessage(answerType(type), addresses, properties, more);
    }
    await this.options.dialing.doNotCall(selector, { scope });
    if (phone !== undefined && customerId !== undefined) {
      await this.options.dialing.doNotCall({ customerId }, { scope });
    }
    return recordMessage(answerType(type), addresses, { do_not_call: shown }, more);
  }

  async #loadedCampaigns(): Promise<Set<string>> {
    return new Set((await this.options.campaigns.loaded()).map(({ campaign }) => campaign.name));
  }
}

function causeOf(type: RequestType, { connection }: Sender): Cause {
  const answer = NOTIFICATION_OF[type];
  return {
    origin: 'request',
    ...(connection !== undefined && { requester: connection }),
    ...(answer !== undefined && { answer }),
  };
}

/** What an answer repeats of its request: the campaign group if it is readable, the properties, the reference. */
function echoed(list: KvList): JsonObject {
  const echo: JsonObject = {};
  for (const key of [KEYS.campaign, KEYS.group, KEYS.reference]) {
    const value = list.integer(key);
    if (typeof value === 'number') echo[key] = value;
  }
  const reference = list.get(KEYS.reference);
  if (typeof reference === 'string') echo[KEYS.reference] = reference;
  const properties = list.list(KEYS.properties);
  if (properties) echo[KEYS.properties] = properties.toJSON();
  return echo;
}
