import { describe, expect, test } from 'vitest';
import { acceptanceBed } from './acceptance-bed.js';

const { bed, configureNow } = await acceptanceBed();

describe('authentication', () => {
  const basic = (credentials: string) => ({ authorization: `Basic ${Buffer.from(credentials).toString('base64')}` });
  const cases: [server: string, service: string, sent: string | undefined, status: number][] = [
    ['U/P', '/', 'U:P', 200],
    ['U/P', '/', 'U1:P', 401],
    ['/', 'u/p', 'u:p', 200],
    ['/', 'u/p', 'x:p', 401],
    ['U/P', 'u/p', 'u:p', 200],
    ['U/P', 'u/p', 'U:P', 401],
    ['U/', '/', undefined, 200],
    ['/', 'u/', undefined, 200],
    ['/P', '/', undefined, 401],
    ['/', '/p', undefined, 401],
    ['U/', '/p', 'U:p', 200],
    ['U/P', '/p', 'U:p', 200],
    ['U/P', 'u/', 'u:P', 200],
    ['/P', 'u/', 'u:P', 200],
    ['/', '/', 'any:thing', 200],
  ];
  test.each(cases)('server %s, service %s, sent %s: %i', async (server, service, sent, status) => {
    const options = (pair: string) => {
      const [username = '', password = ''] = pair.split('/');
      return { ...(username && { username }), ...(password && { password }) };
    };
    bed.configuration.set('options', 'server', options(server));
    configureNow(options(service));
    const answer = await bed.request('POST', '/1/service/callback/Now', {
      payload: { _customer_number: '1' },
      ...(sent !== undefined && { headers: basic(sent) }),
    });
    expect(answer.status).toBe(status);
    if (status === 401) expect(answer.headers['www-authenticate']).toMatch(/^Basic /);
    expect(bed.sessions.started[0]?.parameters.password).toBeUndefined();
  });

  test('the administration is behind the credentials of the server', async () => {
    bed.configuration.set('options', 'server', { username: 'U', password: 'P' });
    expect((await bed.request('GET', '/1/admin/callback/queues')).status).toBe(401);
    expect((await bed.request('GET', '/1/admin/callback/queues', { headers: basic('U:P') })).status).toBe(200);
  });
});
