import { statement } from '../store/index.js';
import { DialPlanning, type Purpose } from '../telephony/index.js';
import { isInternalDn } from './devices.js';
import type { Ground } from './ground.js';

/** The campaign whose attempt a call is, and the service of the callback or session that had a leg dialed. */
const PURPOSE = statement(
  'leg-purpose',
  `select (select campaign from outbound_attempt where id = $1) as campaign,
          coalesce((select service from callback where id = $2), (select service from session where id = $3)) as service`,
);

/** The dial plan of the configuration, as it is at each call. */
export function dialPlanning({ config, database }: Pick<Ground, 'config' | 'database'>): DialPlanning {
  return new DialPlanning({
    database,
    settings: () => config.switchSettings(),
    isDn: (number) => isInternalDn(config, number),
    async purposeOf({ callId, callback, session }): Promise<Purpose> {
      const values = [callId, callback ?? null, session ?? null];
      const [row] = await database.query<{ campaign: string | null; service: string | null }>(PURPOSE, values);
      return {
        ...(typeof row?.campaign === 'string' && { campaign: row.campaign }),
        ...(typeof row?.service === 'string' && { service: row.service }),
      };
    },
  });
}
