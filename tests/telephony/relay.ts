import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A piece of network between two programs, over TCP or UDP, that can be cut and mended.
 *
 * `cut`: nothing passes any more and nobody is told, as when a cable is drawn: what TCP has on its way arrives after
 * `mend`, datagrams are lost. `break`: connections are reset, and new ones too, until `mend`.
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

/** To a UDP port of 127.0.0.1; each sender gets a port of its own on the other side. */
export async function relayUdp(to: number): Promise<Relay> {
  let state: State = 'whole';
  const inside = createSocket('udp4');
  const outsides = new Map<number, DatagramSocket>();
  inside.on('message', (message, { port: sender }) => {
    if (state !== 'whole') return;
    let outside = outsides.get(sender);
    if (outside === undefined) {
      outside = createSocket('udp4');
      // A peer that is not there yet, or not any more, is what the tests are about.
      outside.on('error', () => undefined);
      outside.on('message', (answer) => {
        if (state === 'whole') inside.send(answer, sender, '127.0.0.1');
      });
      outsides.set(sender, outside);
    }
    outside.send(message, to, '127.0.0.1');
  });
  await new Promise<void>((resolve) => inside.bind(0, '127.0.0.1', resolve));
  return {
    port: inside.address().port,
    cut: () => {
      state = 'cut';
    },
    break: () => {
      state = 'broken';
    },
    mend: () => {
      state = 'whole';
    },
    close: async () => {
      for (const outside of outsides.values()) await new Promise<void>((resolve) => outside.close(resolve));
      await new Promise<void>((resolve) => inside.close(resolve));
    },
  };
}
