/** Kinds of contact information: CfgField `contact_info_type` (original's "Defined Constants"). */
export const ContactType = {
  NoContactType: 0,
  HomePhone: 1,
  DirectBusinessPhone: 2,
  BusinessWithExt: 3,
  Mobile: 4,
  VacationPhone: 5,
  Pager: 6,
  Modem: 7,
  VoiceMail: 8,
  PinPager: 9,
  EMail: 10,
  InstantMessaging: 11,
} as const;

export type ContactType = (typeof ContactType)[keyof typeof ContactType];
