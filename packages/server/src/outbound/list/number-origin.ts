import { parsePhoneNumber } from 'libphonenumber-js/max';

/** Where a number belongs to, as far as the number itself says. */
export interface NumberOrigin {
  /** ISO 3166 code. */
  country?: string;
  /** The three digits after the country code in countries of the North American plan; others have none of one length. */
  areaCode?: string;
}

const NORTH_AMERICA = '1';
const AREA_CODE_DIGITS = 3;

/** @param phoneKey in E.164; other numbers have no origin */
export function originOf(phoneKey: string): NumberOrigin {
  if (!/^\+\d{5,}$/.test(phoneKey)) return {};
  const parsed = parsePhoneNumber(phoneKey);
  const { country, countryCallingCode, nationalNumber } = parsed;
  return {
    ...(country !== undefined && { country }),
    ...(countryCallingCode === NORTH_AMERICA && { areaCode: nationalNumber.slice(0, AREA_CODE_DIGITS) }),
  };
}
