import { type Clock, RingbackError } from '../../kernel/index.js';
import type { BuiltinService } from './builtin-service.js';
import { queryText } from './query.js';
import { describeQueue, ewtMode, type WaitingFigures } from './waiting-line.js';

/** `ewt-for-vq`: the expected wait in one virtual queue, also where no service of that name is configured (10.4). */
export function ewtForVq(figures: WaitingFigures, clock: Clock): BuiltinService {
  return {
    method: 'read',
    unconfigured: true,
    run: async ({ request }) => {
      const queue = queryText(request, 'name');
      if (queue === undefined) throw new RingbackError('missing-parameter', 'Missing mandatory parameter name');
      const asked = queryText(request, 'aqt') ?? 'urs2';
      const mode = ewtMode(asked);
      if (!mode) {
        const problem = `[${asked}] is none of urs, urs2, stat`;
        throw new RingbackError('invalid-service-parameter', `Invalid parameter aqt : ${problem}`);
      }
      if (!figures.knows(queue)) throw new RingbackError('unknown-queue', `Virtual queue ${queue} is not known`);
      return { status: 200, body: await describeQueue(figures, queue, mode, clock.now()) };
    },
  };
}
