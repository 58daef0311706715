import type { JsonObject, JsonValue } from '../kernel/index.js';

/** What an arriving interaction can put into the address of its application. */
export interface ArrivingInteraction {
  ani: string;
  /** The number that was dialed, which is the DN that it arrives at. */
  dn: string;
  userData: JsonObject;
}

const PLACEHOLDER = /\[(DNIS|ANI|DN|CED|EMAILFROM|EMAILTO|EMAILSUBJECT|UDATA)(?:\.([^\]]*))?\]/g;
/** User data that stand for what only other media have. */
const FROM_USER_DATA: Readonly<Record<string, string>> = {
  CED: 'CED',
  EMAILFROM: 'FromAddress',
  EMAILTO: 'To',
  EMAILSUBJECT: 'Subject',
};

/**
 * The application of a DN with the interaction's values in the place of their names (ors-core-queue.md 5.8): `[ANI]`,
 * `[DNIS]`, `[UDATA.ServiceType]`, `[UDATA]` as `name=value&...`, `[UDATA.*]` as `name:value,...`. Values are encoded, so
 * that none of them can become another part of the address.
 */
export function applicationFor(provisioned: string, interaction: ArrivingInteraction): string {
  const { ani, dn, userData } = interaction;
  return provisioned.replace(PLACEHOLDER, (_all, name: string, key: string | undefined) => {
    if (name === 'ANI') return encodeURIComponent(ani);
    if (name === 'DNIS' || name === 'DN') return encodeURIComponent(dn);
    if (name !== 'UDATA') return encoded(userData[FROM_USER_DATA[name] ?? '']);
    if (key === undefined) return pairs(userData, '=', '&');
    return key === '*' ? pairs(userData, ':', ',') : encoded(userData[key]);
  });
}

function pairs(userData: JsonObject, between: string, after: string): string {
  return Object.entries(userData)
    .map(([name, value]) => `${encodeURIComponent(name)}${between}${encoded(value)}`)
    .join(after);
}

function encoded(value: JsonValue | undefined): string {
  if (value === undefined || value === null) return '';
  return encodeURIComponent(typeof value === 'object' ? JSON.stringify(value) : String(value));
}
