import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A piece of network between two programs that can be cut and mended.
 *
 * `cut`: nothing passes any more and nobody is told, as when a cable is drawn: what is on its way arrives after `mend`.
 * `break`: connections are reset, and new ones too, until `mend`.
 */
export interface Relay {
  readonly port: number;
  cut(): void;
  break(): void;
  mend(): void;
  close(): Promise<void>;
}

type State = 'whole' | 'cut' | 'broken';

/** To a TCP port of 127.0.0.1, which may change its owner meanwhile. */
export async function relayTcp(to: number): Promise<Relay> {
  let state: State = 'whole';
  const sockets = new Set<Socket>();
  const track = (socket: Socket, other: Socket) => {
    sockets.add(socket);
    socket.on('error', () => other.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      other.destroy();
    });
    if (state === 'cut') socket.pause();
  };
  const server: Server = createServer((inside) => {
    if (state === 'broken') return inside.resetAndDestroy();
    const outside = connect(to, '127.0.0.1');
    track(inside, outside);
    track(outside, inside);
    pass(inside, outside);
    pass(outside, inside);
  });
  const pass = (from: Socket, into: Socket) => {
    from.on('data', (chunk) => into.write(chunk));
    from.on('end', () => into.end());
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP server has a port.');
  return {
    port: address.port,
    cut: () => {
      state = 'cut';
      for (const socket of sockets) socket.pause();
    },
    break: () => {
      state = 'broken';
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend: () => {
      state = 'whole';
      for (const socket of sockets) socket.resume();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
