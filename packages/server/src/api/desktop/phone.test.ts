import { afterEach, beforeAll, expect, it } from 'vitest';
import { type OutboundBed, outboundBed } from '../ocs/testing.js';
import { Client } from '../outbound/testing.js';

const ACCOUNT = { url: 'wss://pbx.example.com:8089/ws', username: '1', secret: 's3cret' };

let outbound: OutboundBed;
const open: Client[] = [];

beforeAll(async () => {
  outbound = await outboundBed();
  const { configuration } = outbound.bed.current;
  for (const id of ['a1', 'a2']) await configuration.patch('agents', id, { password: 'pw' });
});
afterEach(async () => {
  for (const client of open.splice(0)) await client.close();
  outbound.phones.states.clear();
  outbound.phones.accounts.clear();
});

async function desktop(path: string, name: string, password: string): Promise<Client> {
  const client = await Client.open(`${outbound.url}/desktop${path}`, name, password);
  open.push(client);
  return client;
}

it('a desktop tells what the telephone of its agent does, and when that changes', async () => {
  const { phones, bed } = outbound;
  phones.states.set('a1', 'offline');
  const client = await desktop('', 'a1', 'pw');
  expect(await client.next()).toMatchObject({ type: 'state', state: 'logged-out', phone: 'offline' });
  phones.states.set('a1', 'idle');
  phones.changed(bed.current.configuration.object('agents', 'a1')?.dn ?? '');
  expect(await client.next()).toMatchObject({ type: 'state', state: 'logged-out', phone: 'idle' });
});

it('the account of a browser as telephone goes to its agent alone', async () => {
  outbound.phones.accounts.set('a1', ACCOUNT);
  const ask = (query: string, name: string, password: string) =>
    fetch(`${outbound.url.replace('ws', 'http')}/desktop/softphone${query}`, {
      headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` },
    });
  const own = await ask('', 'a1', 'pw');
  expect(await own.json()).toEqual(ACCOUNT);
  expect(own.headers.get('cache-control')).toBe('no-store');
  expect((await ask('', 'a2', 'pw')).status).toBe(404);
  expect((await ask('', 'a1', 'wrong')).status).toBe(401);
  const supervisor = await ask('?agent=a1', 'admin', 'secret');
  expect(supervisor.status).toBe(403);
  expect(await supervisor.text()).not.toContain('s3cret');
});
