import { Zone } from '../../../calendar/index.js';
import { isObject, type JsonValue } from '../../../kernel/index.js';
import type { Sql } from '../../../store/sql.js';
import type { ActionModule, SessionLookup } from '../../action-module.js';
import type { ConfiguredObjects } from '../../configured-objects.js';
import { interactionsOfSession, readInteraction } from '../../interactions.js';
import { isSpecialDay } from './special-day.js';

/** Abbreviations of the original for time zones; daylight saving is that of the place. */
const ZONES: Readonly<Record<string, string>> = {
  ...{ UTC: 'UTC', GMT: 'UTC', Z: 'UTC', WET: 'Europe/Lisbon', BST: 'Europe/London', IST: 'Asia/Kolkata' },
  ...{ CET: 'Europe/Paris', CEST: 'Europe/Paris', MET: 'Europe/Paris', EET: 'Europe/Athens', MSK: 'Europe/Moscow' },
  ...{ NST: 'America/St_Johns', AST: 'America/Halifax', ADT: 'America/Halifax', EST: 'America/New_York' },
  ...{ EDT: 'America/New_York', CST: 'America/Chicago', CDT: 'America/Chicago', MST: 'America/Denver' },
  ...{ MDT: 'America/Denver', PST: 'America/Los_Angeles', PDT: 'America/Los_Angeles', AKST: 'America/Anchorage' },
  ...{ HST: 'Pacific/Honolulu', JST: 'Asia/Tokyo', KST: 'Asia/Seoul', SGT: 'Asia/Singapore', HKT: 'Asia/Hong_Kong' },
  ...{ AEST: 'Australia/Sydney', AEDT: 'Australia/Sydney', ACST: 'Australia/Adelaide', AWST: 'Australia/Perth' },
  ...{ NZST: 'Pacific/Auckland', NZDT: 'Pacific/Auckland', BRT: 'America/Sao_Paulo', ART: 'America/Buenos_Aires' },
};

/** The list object that holds service objectives: section = service type, key = segment or `segment.media`. */
const OBJECTIVES = 'ServiceObjectives';
const DAY_MS = 86_400_000;

/** `_genesys.session.*` (ors-core-queue.md 2.2): list objects, options of DNs, and the time elsewhere. */
export function sessionFunctions(parts: {
  sql: Sql;
  configured: ConfiguredObjects;
}): Required<Pick<ActionModule, 'functions' | 'lookups'>> {
  const { configured } = parts;

  const optionOf: SessionLookup = async (session, [ixn, key]) => {
    const id = String(ixn ?? '');
    const [first] = id === '' || id === '0' ? await interactionsOfSession(parts.sql, session.id) : [];
    const interaction = first ?? (await readInteraction(parts.sql, id));
    if (interaction?.session !== session.id) return '';
    for (const dn of [interaction.focus, interaction.dnis]) {
      const value = dn === null ? undefined : configured.dnOptions(dn)[String(key)];
      if (value !== undefined) return value;
    }
    return '';
  };

  return {
    functions: {
      // The session sees it at once; it is stored with its environment (`withTenant`).
      'session.setTenant': async () => undefined,
      // Options of a single call have no effect: routing takes them from the attributes of `<queue:submit>`.
      'session.setOptions': async () => undefined,
    },
    lookups: {
      'session.getListItemValue': (_session, [list, item, key]) => {
        const section = configured.list(String(list ?? ''))?.[String(item ?? '')];
        if (!section) return null;
        return key === null || key === undefined || key === '' ? { ...section } : (section[String(key)] ?? '');
      },
      'session.listLookupValue': (_session, [list, item, key]) =>
        configured.list(String(list ?? ''))?.[String(item ?? '')]?.[String(key ?? '')] ?? '',
      'session.getConfigOption': optionOf,
      'session.dateInZone': (_session, [zone], now) => dateOf(wallTime(zone, now).day),
      'session.timeInZone': (_session, [zone], now) => timeOf(wallTime(zone, now).time),
      'session.dayInZone': (_session, [zone], now) => weekdayOf(wallTime(zone, now).day),
      'session.isSpecialDay': (_session, [table, day, zone, useTime], now) => {
        const days = configured.list(String(table ?? ''));
        if (!days) return 0;
        const at = wallTime(zone === null || zone === '' ? 'UTC' : zone, now);
        return isSpecialDay(days, String(day ?? ''), at, isTrue(useTime)) ? 1 : 0;
      },
      'session.findServiceObjective': (_session, [service, segment, media]) => {
        const objectives = configured.list(OBJECTIVES)?.[String(service ?? '')] ?? {};
        const value =
          objectives[`${String(segment ?? '')}.${String(media ?? '')}`] ?? objectives[String(segment ?? '')];
        return Number(value ?? 0) || 0;
      },
    },
  };
}

/** @throws RingbackError `unknown-time-zone` */
function wallTime(zone: JsonValue | undefined, now: number) {
  const name = isObject(zone) ? '' : String(zone ?? '').trim();
  return Zone.named(ZONES[name.toUpperCase()] ?? name).wallTime(now);
}

function dateOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function timeOf(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** 0 = Sunday. */
function weekdayOf(day: number): number {
  return new Date(day * DAY_MS).getUTCDay();
}

function isTrue(value: JsonValue | undefined): boolean {
  return value === true || value === 1 || value === 'true';
}
