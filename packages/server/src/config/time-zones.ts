import { isTimeZone } from './catalogue/value.js';

/**
 * The zone objects of the original's default database, in its order: their DBIDs begin at 101 (PST, the default of the
 * column `tz_dbid`, is 122). Each stands for the place that its name means; where a place has changed its clocks since
 * (Iran, Bangladesh, Brazil, Indiana), what holds there counts, because calling hours are about the clock on the wall of
 * the person called. MIT, which has no place at its offset under that name any more, is American Samoa.
 */
const ZONE_OBJECTS = [
  ['GMT', 'Europe/London'],
  ['ECT', 'Europe/Paris'],
  ['EET', 'Europe/Helsinki'],
  ['ART', 'Africa/Cairo'],
  ['EAT', 'Africa/Nairobi'],
  ['MET', 'Asia/Tehran'],
  ['NET', 'Asia/Yerevan'],
  ['PLT', 'Asia/Karachi'],
  ['IST', 'Asia/Kolkata'],
  ['BST', 'Asia/Dhaka'],
  ['VST', 'Asia/Ho_Chi_Minh'],
  ['CTT', 'Asia/Shanghai'],
  ['JST', 'Asia/Tokyo'],
  ['KST', 'Asia/Seoul'],
  ['ACT', 'Australia/Darwin'],
  ['AET', 'Australia/Sydney'],
  ['SST', 'Pacific/Guadalcanal'],
  ['NST', 'Pacific/Auckland'],
  ['MIT', 'Pacific/Pago_Pago'],
  ['HST', 'Pacific/Honolulu'],
  ['AST', 'America/Anchorage'],
  ['PST', 'America/Los_Angeles'],
  ['PNT', 'America/Phoenix'],
  ['MST', 'America/Denver'],
  ['CST', 'America/Chicago'],
  ['EST', 'America/New_York'],
  ['IET', 'America/Indiana/Indianapolis'],
  ['PRT', 'America/Puerto_Rico'],
  ['CNT', 'America/St_Johns'],
  ['AGT', 'America/Argentina/Buenos_Aires'],
  ['BET', 'America/Sao_Paulo'],
  ['CAT', 'Atlantic/Cape_Verde'],
  ['AtlST', 'America/Halifax'],
] as const;

const FIRST_DBID = 101;

/** The zone of a record that names none, where neither its list nor the server says another. */
export const DEFAULT_TIME_ZONE = 'PST';

export interface ListTimeZone {
  /** Name of a zone object, or an IANA name. */
  tzName: string;
  /** IANA name. */
  zone: string;
  /** Only zone objects have one. */
  dbid?: number;
}

const OBJECTS: readonly ListTimeZone[] = ZONE_OBJECTS.map(([tzName, zone], index) => ({
  tzName,
  zone,
  dbid: FIRST_DBID + index,
}));
const BY_NAME: ReadonlyMap<string, ListTimeZone> = new Map(OBJECTS.map((zone) => [zone.tzName.toLowerCase(), zone]));

/** All zone objects, in the order of their DBIDs. */
export function zoneObjects(): readonly ListTimeZone[] {
  return OBJECTS;
}

/**
 * A time zone by the name of a zone object, by its DBID (number or digits) or by IANA name; upper and lower case are the
 * same. A name that is both (`EST`) is the zone object.
 * @returns undefined for anything else
 */
export function readTimeZone(value: string | number): ListTimeZone | undefined {
  const text = String(value).trim();
  if (/^\d{1,9}$/.test(text)) return OBJECTS[Number(text) - FIRST_DBID];
  const object = BY_NAME.get(text.toLowerCase());
  if (object) return object;
  const known = ianaNames.get(text);
  if (known !== undefined) return known ?? undefined;
  const zone = isIanaName(text) ? { tzName: text, zone: text } : null;
  if (ianaNames.size >= MOST_REMEMBERED) ianaNames.clear();
  ianaNames.set(text, zone);
  return zone ?? undefined;
}

const MOST_REMEMBERED = 2000;
/** Texts that were asked for; null: no zone. */
const ianaNames = new Map<string, ListTimeZone | null>();

function isIanaName(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9_+/-]{1,63}$/.test(text) && isTimeZone(text);
}
