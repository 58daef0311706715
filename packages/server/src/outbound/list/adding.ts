import { OutboundError } from '../errors.js';
import { type Attributes, applyAttributes } from './attributes.js';
import { columnByName } from './columns.js';
import { newDraft, type RecordDraft, releaseDraft } from './draft.js';
import type { ListSettings } from './list-settings.js';
import { zoneOf } from './record-row.js';
import { isScheduledType } from './record-type.js';
import { callableAt } from './window.js';

/** A time that lies this far back still counts as now: `GSW_DATE_TIME` has no seconds. */
const GRACE_MS = 60_000;

/** What a record to add comes as: an AddRecord request, or columns by name as a line of an import has them. */
export type AddedAs = 'request' | 'columns';

/**
 * The record that AddRecord (spec outbound.md 2.3), or a row of columns, describes.
 * @param now milliseconds since 1970
 * @throws OutboundError `invalid-attribute` with the key, `invalid-date-time`, `desktop-campaign-not-found`
 */
export function draftToAdd(
  given: Attributes,
  settings: ListSettings,
  campaigns: CampaignsByName,
  { now, as }: { now: number; as: AddedAs },
): RecordDraft {
  const attributes = as === 'columns' ? withContactInfo(given) : given;
  const draft = newDraft(settings.timeZone);
  for (const field of settings.fields) {
    if (field.defaultValue !== undefined) {
      draft.custom ??= {};
      draft.custom[field.name] = field.defaultValue;
    }
  }
  applyAttributes(draft, attributes, settings, as === 'columns' ? NOTHING : SET_BY_THE_LIST);
  releaseDraft(draft);
  for (const field of settings.fields) {
    if (field.isNullable === false && draft.custom?.[field.name] === undefined) {
      throw new OutboundError('invalid-attribute', field.sendAttribute ?? field.name);
    }
  }
  const scheduled = isScheduledType(draft.recordType);
  const campaign = campaignOf(attributes, settings.name, campaigns, scheduled && draft.campaignId === undefined);
  draft.campaignId ??= campaign;
  if (scheduled) schedule(draft, settings, now);
  return draft;
}

export type CampaignsByName = ReadonlyMap<
  string,
  { dbid?: number; enabled: boolean; callingLists: readonly { name: string }[] }
>;

const SET_BY_THE_LIST: ReadonlySet<string> = new Set(['record_id', 'campaign_id', 'group_id', 'app_id', 'treatments']);
const NOTHING: ReadonlySet<string> = new Set();

/** `phone` stands for `contact_info` where that is missing, as in files. */
function withContactInfo(columns: Attributes): Attributes {
  const entries = Object.entries(columns);
  if (entries.some(([key]) => columnByName.get(key.toLowerCase())?.name === 'contact_info')) return columns;
  return Object.fromEntries(
    entries.map(([key, value]) => [key.toLowerCase() === 'phone' ? 'contact_info' : key, value]),
  );
}

/** A callback has a time; one outside of the windows is moved to the next opening. */
function schedule(draft: RecordDraft, settings: ListSettings, now: number): void {
  if (draft.scheduledAt === undefined) throw new OutboundError('invalid-attribute', 'GSW_DATE_TIME');
  if (draft.scheduledAt < now - GRACE_MS) throw new OutboundError('invalid-date-time', 'GSW_DATE_TIME is past');
  const { dailyFrom, dailyTill, tzName, scheduledAt } = draft;
  const { opensAt } = callableAt({ dailyFrom, dailyTill, zone: zoneOf(tzName) }, settings, scheduledAt);
  if (!Number.isFinite(opensAt)) {
    throw new OutboundError('invalid-date-time', 'the windows of the record and of its list are never open together');
  }
  draft.scheduledAt = opensAt;
}

/** DBID of the campaign: the one named, else the only one that has the list. */
function campaignOf(
  attributes: Attributes,
  list: string,
  campaigns: CampaignsByName,
  required: boolean,
): number | undefined {
  const [, name] = Object.entries(attributes).find(([key]) => key.toLowerCase() === 'gsw_campaign_name') ?? [];
  if (typeof name === 'string' && name !== '') {
    const campaign = campaigns.get(name);
    if (!campaign?.enabled) throw new OutboundError('desktop-campaign-not-found');
    if (!campaign.callingLists.some((one) => one.name === list)) {
      throw new OutboundError('invalid-attribute', 'GSW_CAMPAIGN_NAME');
    }
    return campaign.dbid;
  }
  const having = [...campaigns.values()].filter(
    ({ enabled, callingLists }) => enabled && callingLists.some((one) => one.name === list),
  );
  if (having.length > 1 && required) throw new OutboundError('invalid-attribute', 'GSW_CAMPAIGN_NAME');
  return having.length === 1 ? having[0]?.dbid : undefined;
}
