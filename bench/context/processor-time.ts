import { readdir, readFile } from 'node:fs/promises';

/** Milliseconds of processor time that have been used up. */
export interface ProcessorTime {
  server: number;
  database: number;
  clients: number;
}

/** Linux counts processor time in hundredths of a second (`getconf CLK_TCK`). */
const TICK_MS = 10;

/**
 * Reads how much processor time the server, the database processes below it and this process have used so far. Unlike
 * the time that passes, it hardly depends on what else runs on the machine.
 */
export async function processorTime(server: number): Promise<ProcessorTime> {
  const parents = new Map<number, number>();
  const used = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // A process that ends meanwhile is left out.
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    parents.set(Number(name), Number(fields[1]));
    used.set(Number(name), (Number(fields[11]) + Number(fields[12])) * TICK_MS);
  }
  let database = 0;
  for (const [pid, time] of used) if (pid !== server && isBelow(pid, server, parents)) database += time;
  const { user, system } = process.cpuUsage();
  return { server: used.get(server) ?? 0, database, clients: (user + system) / 1000 };
}

function isBelow(pid: number, ancestor: number, parents: ReadonlyMap<number, number>): boolean {
  for (let parent = parents.get(pid); parent !== undefined && parent > 0; parent = parents.get(parent)) {
    if (parent === ancestor) return true;
  }
  return false;
}
