/**
 * Rule packs, as data: what each jurisdiction asks of a dialer (compliance.md 3.1 to 3.4). A list object
 * `Jurisdictions` of the configuration, with sections of the same form, adds packs and corrects these key by key.
 *
 * | key | form |
 * | --- | --- |
 * | `extends` | names of packs whose rules hold as well |
 * | `numbers` | prefixes in E.164: the pack holds for these numbers only |
 * | `zones` | IANA zones in which the window must be open besides the record's own |
 * | `windows` | `Mon-Fri 08:00-21:00; Sat 09:00-17:00`, local time of the person called; other days are closed |
 * | `closed` | dates `2026-12-25` on which nobody is called |
 * | `attempts` | `3/24h/person`: so many in a rolling time per `number`, `person` or `campaign`; several with `;` |
 * | `silence-after-conversation`, `-refusal`, `-abandoned`, `-machine` | nobody is called for so long: `7d`, `72h` |
 * | `ring-minimum` | seconds that a call rings before it is given up |
 * | `abandonment` | `3%/30d`: the share of answered calls that may find nobody, and the window |
 *
 * A silence after an abandoned call or a machine ends when an agent is certain to be there (`silence-ends-with-agent`).
 */
export const JURISDICTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'us-federal': {
    title: 'United States, federal (16 CFR 310, 47 CFR 64.1200)',
    windows: 'Mon-Sun 08:00-21:00',
    'ring-minimum': '15',
    abandonment: '3%/30d',
  },
  'us-florida': {
    title: 'Florida',
    extends: 'us-federal',
    numbers:
      '+1239 +1305 +1321 +1324 +1352 +1386 +1407 +1448 +1561 +1645 +1656 +1689 +1727 +1728 +1754 +1772 +1786 +1813 ' +
      '+1850 +1863 +1904 +1941 +1954',
    windows: 'Mon-Sun 08:00-20:00',
    attempts: '3/24h/person',
  },
  'us-florida-panhandle': {
    title: 'Florida, where two zones meet',
    extends: 'us-florida',
    numbers: '+1448 +1850',
    zones: 'America/New_York America/Chicago',
  },
  /** Every pack of the United States that a number falls under. */
  us: { title: 'United States, by number', extends: 'us-federal us-florida us-florida-panhandle' },
  'us-debt-collection': {
    title: 'Regulation F, 12 CFR 1006.14',
    extends: 'us-federal',
    attempts: '7/7d/person',
    'silence-after-conversation': '7d',
  },
  uk: {
    title: 'United Kingdom (Communications Act 2003, statement of 2016)',
    'ring-minimum': '15',
    abandonment: '1%/24h',
    'silence-after-abandoned': '72h',
    'silence-after-machine': '24h',
    'silence-ends-with-agent': 'true',
  },
};
