import { expect, test } from 'vitest';
import { Activity, ManualClock, RingbackError, silentLogger } from '../kernel/index.js';
import { RemoteSessions } from './remote-sessions.js';

interface Row {
  ors: string;
  strategy?: string;
  attempts?: string;
  down: readonly string[];
  tries: readonly string[];
  answers: readonly string[];
}

/** The order of tries (gms-observed.md 16): servers `http://1`, ..., requests one after the other. */
const ROWS: Row[] = [
  { ors: '1', strategy: 'linear', attempts: '3', down: [], tries: ['1'], answers: ['ok'] },
  { ors: '1,2', strategy: 'circular', down: [], tries: ['1', '2', '1'], answers: ['ok', 'ok', 'ok'] },
  { ors: '1,2', down: [], tries: ['1', '2', '1'], answers: ['ok', 'ok', 'ok'] },
  { ors: '1,2', strategy: 'linear', attempts: '3', down: ['1'], tries: ['1', '2', '1', '2'], answers: ['ok', 'ok'] },
  { ors: '1,2', strategy: 'circular', attempts: '3', down: ['1'], tries: ['1', '2'], answers: ['ok'] },
  { ors: '1,2', strategy: 'circular', attempts: '1', down: ['1'], tries: ['1', '2'], answers: ['failed', 'ok'] },
  { ors: '1,3,2', strategy: 'circular', attempts: '', down: ['1', '3'], tries: ['1', '3', '2'], answers: ['ok'] },
  { ors: '1,2', strategy: 'circular', attempts: '3', down: ['1', '2'], tries: ['1', '2', '1'], answers: ['failed'] },
  { ors: '1', strategy: 'linear', attempts: '3', down: ['1'], tries: ['1', '1', '1'], answers: ['failed'] },
];

test.each(ROWS)('$ors $strategy, attempts $attempts, down $down: tries $tries', async (row) => {
  const { ors, strategy, attempts, down } = row;
  const tries: string[] = [];
  const remote = new RemoteSessions({
    clock: new ManualClock(0, new Activity()),
    log: silentLogger,
    section: (name): Record<string, string> =>
      name === 'ors' && attempts !== undefined ? { max_ors_request_attempts: attempts } : {},
    documentUrl: (flow) => `http://gms/${flow}.scxml`,
    post: async ({ url, body }) => {
      const host = new URL(url).port;
      tries.push(host);
      expect([new URL(url).pathname, body]).toEqual([
        '/scxml/session/start',
        'src=http%3A%2F%2Fgms%2Fhello.scxml&a=1&o=%7B%22b%22%3A2%7D',
      ]);
      if (down.includes(host)) throw new RingbackError('no-answer', 'connection refused');
      return { status: 200, headers: { 'set-cookie': 'ORSSESSIONID=s.node1; Path=/' }, content: 'SID' };
    },
  });
  const servers = ors.split(',').map((port) => `http://ors:${port}/`);
  const options = { _service: 'hello', _ors: servers.join(' , '), ...(strategy && { _ors_lb_strategy: strategy }) };
  const answers: string[] = [];
  for (const _ of row.answers) {
    try {
      const session = await remote.start(options, 'id', { a: 1, o: { b: 2 } });
      expect(session).toMatchObject({ service: 'id', session: 'SID', cookie: 'ORSSESSIONID=s.node1' });
      answers.push('ok');
    } catch (error) {
      expect(error).toMatchObject({
        code: 'orchestration-failed',
        message: 'ORS request failed: cannot connect to ORS. IO issue.',
      });
      answers.push('failed');
    }
  }
  expect([tries, answers]).toEqual([row.tries, row.answers]);
});
