import { getHeapStatistics } from 'node:v8';
import { instant } from '../../kernel/index.js';
import { type Operation, ucsOperation } from './operation.js';
import type { RequestCounters } from './request-counters.js';

/** The server itself: status, mode, version (CS API, "Query Server Status", "Set Server Mode"). */
export function serverOperations(version: string, counters: RequestCounters): readonly Operation[] {
  return [
    anyTenant(
      ucsOperation('GET /server/status', 'Server.queryServerStatus', 'read', async ({ context }) => ({
        status: 200,
        body: {
          version,
          system_time: instant(context.clock.now()),
          mode: context.mode.current,
          ...memory(),
          ...counters.view(),
        },
      })),
    ),
    anyTenant(
      ucsOperation('GET /server/mode', 'Server.queryServerStatus', 'read', async ({ context }) => ({
        status: 200,
        body: { mode: context.mode.current },
      })),
    ),
    anyTenant(
      ucsOperation('POST /server/mode', 'Server.setServerMode', 'write', async (call) => {
        const mode = await call.context.mode.change(call.object().mode);
        const location = `${call.base}/server/status`;
        return { status: 200, body: { 'server changed': mode }, headers: { location } };
      }),
    ),
    anyTenant(
      ucsOperation('GET /server/version', 'Server.queryServerStatus', 'read', async () => ({
        status: 200,
        body: { version },
      })),
    ),
  ];
}

function anyTenant(operation: Operation): Operation {
  return { ...operation, anyTenant: true };
}

/** In kB, as the original gives them. */
function memory() {
  const { heap_size_limit, total_heap_size, used_heap_size } = getHeapStatistics();
  const kB = (bytes: number) => Math.round(bytes / 1024);
  return {
    max_memory: kB(heap_size_limit),
    allocated_memory: kB(total_heap_size),
    used_memory: kB(used_heap_size),
    free_memory: kB(total_heap_size - used_heap_size),
  };
}
