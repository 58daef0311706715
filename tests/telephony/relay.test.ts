import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';
import { relayTcp } from './relay.js';
import { waitFor } from './waiting.js';

it('carries a connection, holds what is sent while it is cut, and resets it when it is broken', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.pipe(socket);
  });
  const relay = await relayTcp(await portOf(server));
  const socket = connect(relay.port, '127.0.0.1');
  let echo = '';
  let broken = false;
  socket.on('data', (text) => {
    echo += text;
  });
  socket.on('error', () => {
    broken = true;
  });
  socket.write('one');
  await waitFor('the echo', () => echo === 'one');
  relay.cut();
  socket.write('two');
  expect(echo).toBe('one');
  relay.mend();
  await waitFor('what was held', () => echo === 'onetwo');
  relay.break();
  await waitFor('the reset', () => broken);
  await relay.close();
  await new Promise((resolve) => server.close(resolve));
});

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.');
  return address.port;
}
