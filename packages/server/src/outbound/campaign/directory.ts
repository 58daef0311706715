import type { AgentGroup, Campaign, CampaignGroup, Configuration } from '../../config/index.js';
import { MOST_INTEGER } from '../../kernel/index.js';
import { type Sql, statement } from '../../store/index.js';
import { outboundApplication } from '../application.js';
import { outboundOption } from '../dialing/index.js';
import { OutboundError } from '../errors.js';

/** What campaigns need of the configuration. */
export type CampaignConfiguration = Pick<Configuration, 'object' | 'objects' | 'section' | 'onChange'>;

/** An object's name and its number (DBID). */
export interface Numbered {
  name: string;
  dbid: number;
}

/** A campaign group as it is configured: a campaign for an agent group. */
export interface CampaignGroupReference extends Numbered {
  campaign: Numbered;
  group: Numbered;
}

/** How a campaign group is named by whoever asks for it. */
export type CampaignGroupSelector = { name: string } | { dbid: number } | { campaign: number; group: number };

type NumberedKind = 'campaigns' | 'agent-groups' | 'campaign-groups' | 'calling-lists' | 'outbound-schedules';

const NUMBER_OF = statement('outbound-number-of', 'select number from outbound_number where kind = $1 and name = $2');
const NUMBER_NAME = statement(
  'outbound-number-name',
  'select name from outbound_number where kind = $1 and number = $2',
);
const TAKE_NUMBER = statement(
  'outbound-number-take',
  'insert into outbound_number (kind, name) values ($1, $2) on conflict (kind, name) do nothing',
);

/** Finds campaigns, groups and campaign groups by name and by number; objects that are not enabled are not there. */
export class CampaignDirectory {
  constructor(private readonly configuration: CampaignConfiguration) {}

  /**
   * @throws OutboundError `campaign-not-found`, `group-not-found`, `group-campaign-not-found`, in this order
   */
  async find(sql: Sql, selector: CampaignGroupSelector): Promise<CampaignGroupReference> {
    const object = 'campaign' in selector ? await this.#ofPair(sql, selector) : await this.#ofOne(sql, selector);
    const campaign = this.#enabled('campaigns', object.campaign);
    if (!campaign) throw new OutboundError('campaign-not-found');
    const group = this.#enabled('agent-groups', object.group);
    if (!group) throw new OutboundError('group-not-found');
    return {
      name: object.name,
      dbid: await this.numberOf(sql, 'campaign-groups', object),
      campaign: { name: campaign.name, dbid: await this.numberOf(sql, 'campaigns', campaign) },
      group: { name: group.name, dbid: await this.numberOf(sql, 'agent-groups', group) },
    };
  }

  /** The agent group of a number. @throws OutboundError `group-not-found` */
  async agentGroup(sql: Sql, dbid: number): Promise<Numbered> {
    const group = await this.#byNumber(sql, 'agent-groups', dbid);
    if (!group) throw new OutboundError('group-not-found');
    return { name: group.name, dbid };
  }

  /** Whether a campaign of that number may dial for the group: its campaign group, or undefined. */
  async pair(sql: Sql, campaign: number, group: number): Promise<CampaignGroupReference | undefined> {
    try {
      return await this.find(sql, { campaign, group });
    } catch (error) {
      if (error instanceof OutboundError) return undefined;
      throw error;
    }
  }

  /** The configured number of an object, or the one that it was given because it has none. */
  async numberOf(sql: Sql, kind: NumberedKind, object: { name: string; dbid?: number }): Promise<number> {
    if (object.dbid !== undefined) return object.dbid;
    const [known] = await sql.query<{ number: number }>(NUMBER_OF, [kind, object.name]);
    if (known) return known.number;
    await sql.query(TAKE_NUMBER, [kind, object.name]);
    const [taken] = await sql.query<{ number: number }>(NUMBER_OF, [kind, object.name]);
    if (!taken) throw new Error(`no number could be given to ${kind} ${object.name}`);
    return taken.number;
  }

  /** The campaign group as configured; undefined when it, its campaign or its agent group is not there. */
  configured(name: string): CampaignGroup | undefined {
    const object = this.#enabled('campaign-groups', name);
    return object && this.#enabled('campaigns', object.campaign) && this.#enabled('agent-groups', object.group)
      ? object
      : undefined;
  }

  /** An option as dialing reads it for a campaign group. */
  option(reference: { name: string; campaign: Numbered }, name: string): string | undefined {
    const { dbid: appId } = outboundApplication(this.configuration);
    return outboundOption(this.configuration, { ...reference, appId })(name)?.trim();
  }

  /** The DBID of a calling list, if it is configured with one. */
  list(name: string): number | undefined {
    return this.configuration.object('calling-lists', name)?.dbid;
  }

  /** The configured campaign group of a number, without what it was for. */
  async reference(sql: Sql, dbid: number): Promise<{ name: string; campaign: Numbered } | undefined> {
    const object = await this.#byNumber(sql, 'campaign-groups', dbid);
    const campaign = object && this.configuration.object('campaigns', object.campaign);
    return object && { name: object.name, campaign: { name: object.campaign, dbid: campaign?.dbid ?? 0 } };
  }

  async #ofPair(sql: Sql, selector: { campaign: number; group: number }): Promise<CampaignGroup> {
    const campaign = await this.#byNumber(sql, 'campaigns', selector.campaign);
    if (!campaign) throw new OutboundError('campaign-not-found');
    const group = await this.#byNumber(sql, 'agent-groups', selector.group);
    if (!group) throw new OutboundError('group-not-found');
    const object = this.#enabled('campaign-groups', `${campaign.name}@${group.name}`);
    if (!object) throw new OutboundError('group-campaign-not-found');
    return object;
  }

  async #ofOne(sql: Sql, selector: { name: string } | { dbid: number }): Promise<CampaignGroup> {
    const object =
      'name' in selector
        ? this.#enabled('campaign-groups', selector.name)
        : await this.#byNumber(sql, 'campaign-groups', selector.dbid);
    if (!object) throw new OutboundError('group-campaign-not-found');
    return object;
  }

  #enabled(kind: 'campaigns', name: string): Campaign | undefined;
  #enabled(kind: 'agent-groups', name: string): AgentGroup | undefined;
  #enabled(kind: 'campaign-groups', name: string): CampaignGroup | undefined;
  #enabled(kind: 'campaigns' | 'agent-groups' | 'campaign-groups', name: string) {
    const object = this.configuration.object(kind, name);
    return object?.enabled ? object : undefined;
  }

  async #byNumber(sql: Sql, kind: 'campaigns', dbid: number): Promise<Campaign | undefined>;
  async #byNumber(sql: Sql, kind: 'agent-groups', dbid: number): Promise<AgentGroup | undefined>;
  async #byNumber(sql: Sql, kind: 'campaign-groups', dbid: number): Promise<CampaignGroup | undefined>;
  async #byNumber(sql: Sql, kind: 'campaigns' | 'agent-groups' | 'campaign-groups', dbid: number) {
    const objects = [...this.configuration.objects(kind).values()];
    const configured = objects.find((object) => object.dbid === dbid && object.enabled);
    if (configured || dbid > MOST_INTEGER) return configured;
    const [given] = await sql.query<{ name: string }>(NUMBER_NAME, [kind, dbid]);
    return given && objects.find((object) => object.name === given.name && object.dbid === undefined && object.enabled);
  }
}
