import { Calendar } from '../calendar/index.js';
import type { Clock } from '../kernel/index.js';
import type { Database } from '../store/index.js';
import { AccessDesk } from './access/access-desk.js';
import type { AccessNumbers } from './access/access-numbers.js';
import { capacity } from './builtin/capacity.js';
import { ewtForVq } from './builtin/ewt-for-vq.js';
import { get } from './builtin/get.js';
import { matchInteraction } from './builtin/match-interaction.js';
import { officeHours } from './builtin/office-hours.js';
import { requestAccess } from './builtin/request-access.js';
import { requestInteraction } from './builtin/request-interaction.js';
import { type Fetch, ursStat } from './builtin/urs-stat.js';
import type { WaitingFigures } from './builtin/waiting-line.js';
import type { ServiceConfiguration } from './service-configuration.js';
import type { ServiceRecords } from './service-records.js';
import type { Services } from './services.js';
import type { Storage } from './storage.js';

/** Makes the builtin services known by the names of their templates. */
export function addBuiltinServices(
  services: Services,
  parts: {
    database: Database;
    clock: Clock;
    configuration: ServiceConfiguration;
    records: ServiceRecords;
    storage: Storage;
    access: AccessNumbers;
    /** Whether this node says of itself that it is online. */
    isOnline: () => boolean | Promise<boolean>;
    /** Virtual queues, from routing. */
    figures: WaitingFigures;
    /** Fetches the statistics of other servers. */
    fetch: Fetch;
    /** Address at which a stored file can be fetched. */
    fileUrl: (service: string, key: string) => string;
  },
): AccessDesk {
  const desk = new AccessDesk(parts);
  const interaction = requestInteraction({ ...parts, desk });
  services.addBuiltin('request-interaction', interaction);
  services.addBuiltin('app-to-connect-basic', interaction);
  services.addBuiltin('request-access', requestAccess({ ...parts, desk, liveService: (id) => services.live(id) }));
  services.addBuiltin('match-interaction', matchInteraction({ ...parts, desk, remove: (id) => services.remove(id) }));
  services.addBuiltin('get', get(parts.isOnline));
  const { configuration, clock, figures } = parts;
  const calendar = new Calendar((name) => configuration.service(name));
  services.addBuiltin('office-hours', officeHours(calendar, clock));
  services.addBuiltin('capacity', capacity(calendar));
  services.addBuiltin('ewt-for-vq', ewtForVq(figures, clock));
  services.addBuiltin('urs-stat', ursStat(parts));
  return desk;
}
