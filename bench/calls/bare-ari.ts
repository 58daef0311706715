import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { WebSocket } from 'ws';
import { ARI } from './asterisk.js';
import type { PlaceCall } from './crowd.js';

interface Message {
  type: string;
  request_id?: string;
  status_code?: number;
  channel?: { id: string };
}

/** The least that a program can do: one WebSocket, an originate, the answer, a hang-up. Nothing is stored. */
export async function bareLoop(url: string): Promise<{ place: PlaceCall; close(): void }> {
  const address = `${url.replace('http', 'ws')}/ari/events?app=bare`;
  const socket = new WebSocket(address, { auth: `${ARI.user}:${ARI.password}`, perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const waiting = new Map<string, (message: Message) => void>();
  socket.on('message', (data) => {
    const message = JSON.parse(data.toString()) as Message; // as ARI writes them
    const key = message.request_id ?? `${message.type} ${message.channel?.id}`;
    const woken = waiting.get(key);
    waiting.delete(key);
    woken?.(message);
  });
  const heard = (key: string) => new Promise<Message>((resolve) => waiting.set(key, resolve));
  const ask = (method: string, uri: string, body?: object) => {
    const request_id = randomUUID();
    const text = body && { content_type: 'application/json', message_body: JSON.stringify(body) };
    socket.send(JSON.stringify({ type: 'RESTRequest', request_id, method, uri, ...text }));
    return heard(request_id);
  };
  const place: PlaceCall = async () => {
    const channelId = randomUUID();
    const began = performance.now();
    const over = heard(`ChannelDestroyed ${channelId}`);
    const answered = heard(`StasisStart ${channelId}`);
    const taken = await ask('POST', 'channels', {
      endpoint: 'PJSIP/customer@trunk',
      app: 'bare',
      channelId,
      timeout: 30,
    });
    if (taken.status_code !== 200) return { answered: false, setUpMs: 0 };
    const { type } = await Promise.race([answered, over]);
    if (type === 'ChannelDestroyed') return { answered: false, setUpMs: 0 };
    const setUpMs = performance.now() - began;
    await ask('DELETE', `channels/${channelId}`);
    await over;
    return { answered: true, setUpMs };
  };
  return { place, close: () => socket.terminate() };
}
