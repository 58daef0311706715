import { CometD, type Message } from 'cometd';
import { adapt } from 'cometd-nodejs-client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { ServerProcess } from './server-process.js';

adapt();

/** An agent at a desktop, and services that lead to a chat with her. */
const CONFIG = `
options: { chat: { offer-timeout: "600" } }
agentGroups: [{ name: Support, dbid: 201 }]
agents: [{ id: a100, dbid: 100, firstName: Ada, dn: "2001", password: pw, groups: [Support] }]
services:
  request-chat: { _type: builtin, _service: request-chat, _chat_endpoint: "Environment:default", _target: "Support@GA" }
  ChatNow: { _type: ors, _service: callback, _call_direction: USERORIGINATED, _media_type: chat, _wait_for_agent: "false", _chat_endpoint: "Environment:default", _target: "Support@GA" }
`;

const PATIENCE_MS = 60_000;
const eventually = <T>(check: () => T) => vi.waitFor(check, { timeout: PATIENCE_MS });

type Json = Record<string, unknown>;

interface Line {
  position: number;
  event: string;
  text: string;
}

/** A desktop that notes what it hears of chats. */
class Desk {
  readonly frames: Json[] = [];
  readonly #socket: WebSocket;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.frames.push(JSON.parse(String(data))));
  }

  static async open(url: string): Promise<Desk> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/desktop`, { auth: 'a100:pw' });
    const desk = new Desk(socket);
    await new Promise((resolve, reject) => {
      socket.on('open', resolve);
      socket.on('error', reject);
    });
    // From now on the loss of the connection is what a test may bring about.
    socket.on('error', () => socket.terminate());
    return desk;
  }

  send(frame: Json): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  async ready(): Promise<void> {
    for (const [wish, state] of [
      ['login', 'not-ready'],
      ['ready', 'ready'],
    ]) {
      this.send({ type: 'state', state: wish });
      await eventually(() => expect(this.frames.some((frame) => frame.state === state)).toBe(true));
    }
  }

  /** The frame of this event that has come for the chat, or comes. */
  chat(id: string, event: string): Promise<Json> {
    return eventually(() => {
      const found = this.frames.find((frame) => frame.type === 'chat' && frame.chat === id && frame.event === event);
      if (!found) throw new Error(`no ${event} of ${id} among ${JSON.stringify(this.frames).slice(-2000)}`);
      return found;
    });
  }

  /** Lines of the chat that were told. */
  lines(id: string): Line[] {
    const told = this.frames.filter((frame) => frame.type === 'chat' && frame.chat === id && frame.event === 'line');
    // A frame `line` has one.
    return told.map(({ line }) => line as Line);
  }

  close(): void {
    this.#socket.close();
  }
}

let server: ServerProcess;
let desk: Desk;

beforeAll(async () => {
  server = await ServerProcess.create({ config: CONFIG });
  await server.start();
  desk = await Desk.open(server.url);
  await desk.ready();
}, 300_000);

afterAll(async () => {
  desk.close();
  await server.dispose();
});

async function post(path: string, body: Json = {}, user?: string): Promise<Json> {
  const headers = user === undefined ? {} : { gms_user: user };
  const answer = await server.request('POST', path, body, { 'content-type': 'application/json', ...headers });
  expect(answer.status, answer.text).toBe(200);
  // The APIs of services and chats answer objects.
  return answer.json as Json;
}

/** Begins a chat at the address that was given. */
async function begin(address: string, more: Json = {}, user?: string): Promise<{ id: string; path: string }> {
  const created = await post(address, {}, user);
  const [id, path] = [String(created._id), String(created['_chatIxnAPI-CREATE-URL'])];
  const opened = await post(path, { firstName: 'Grace', lastName: 'Hopper', subject: 'billing', ...more }, user);
  expect(opened).toMatchObject({ chatIxnState: 'CONNECTED' });
  return { id, path };
}

const shown = (answer: Json) => (answer.transcriptToShow as string[][]).map(([event, , text]) => `${event} ${text}`);

describe('a chat', { timeout: 240_000 }, () => {
  it('begins with StartChat and is held over HTTP on one side, at the desktop on the other', async () => {
    let number = 5115;
    // A server that has just started on a busy machine may be too late with the dialog: then the customer asks again.
    const dialog = await eventually(async () => {
      number += 1;
      const answer = await post('/genesys/1/service/callback/ChatNow', {
        _customer_number: String(number),
        subject: 'billing',
      });
      expect(answer._action).toBeDefined();
      return answer;
    });
    expect(dialog).toMatchObject({
      ...{ _action: 'StartChat', _comet_url: '/cometd', _chat_parameters: { subject: 'billing' } },
      _start_chat_url: '/1/service/request-chat?_chat_endpoint=Environment%3Adefault',
    });
    const { id, path } = await begin(`/genesys${dialog._start_chat_url}`, dialog._chat_parameters as Json);
    expect(await desk.chat(id, 'offered')).toMatchObject({
      subject: 'billing',
      customer: { nickname: 'Grace Hopper' },
    });
    await post(`${path}/send`, { message: 'I was charged twice' });
    desk.send({ type: 'chat-accept', chat: id });
    const { transcript } = await desk.chat(id, 'joined');
    expect(transcript).toMatchObject([
      {},
      { text: 'I was charged twice' },
      { event: 'Notice.Joined', nickname: 'Ada' },
    ]);
    desk.send({ type: 'chat-typing', chat: id, typing: true });
    desk.send({ type: 'chat-message', chat: id, text: 'I see it; the money comes back' });
    await eventually(() => expect(desk.lines(id).map(({ text }) => text)).toContain('I see it; the money comes back'));
    expect(shown(await post(`${path}/refresh`))).toEqual([
      'Notice.Joined has joined the session',
      'Notice.TypingStarted ',
      'Message.Text I see it; the money comes back',
    ]);
    desk.send({ type: 'chat-end', chat: id });
    await desk.chat(id, 'ended');
    expect(await post(`${path}/refresh`)).toMatchObject({ chatIxnState: 'DISCONNECTED' });
  });

  it('comes to the customer over CometD, each line once', async () => {
    const cometd = new CometD();
    cometd.unregisterTransport('websocket');
    const url = `${server.url}/genesys/cometd`;
    cometd.configure({ url, requestHeaders: { gms_user: 'grace' }, logLevel: 'warn' });
    const heard: string[] = [];
    await new Promise<void>((resolve, reject) => {
      cometd.handshake((reply) => (reply.successful ? resolve() : reject(new Error(JSON.stringify(reply)))));
    });
    await new Promise<void>((resolve) => {
      const onMessage = ({ data }: Message) => heard.push(...shown((data as { message: Json }).message));
      cometd.subscribe('/_genesys', onMessage, () => resolve());
    });
    const { id, path } = await begin('/genesys/1/service/request-chat', { notify_by: 'comet' }, 'grace');
    await desk.chat(id, 'offered');
    desk.send({ type: 'chat-accept', chat: id });
    await desk.chat(id, 'joined');
    desk.send({ type: 'chat-message', chat: id, text: 'Hello' });
    desk.send({ type: 'chat-message', chat: id, text: 'How can I help?' });
    await eventually(() => expect(heard).toContain('Message.Text How can I help?'));
    await post(`${path}/disconnect`, {}, 'grace');
    await eventually(() => expect(heard.at(-1)).toBe('Notice.Left has left the session'));
    expect(heard.filter((line) => line.startsWith('Message'))).toEqual([
      'Message.Text Hello',
      'Message.Text How can I help?',
    ]);
    await desk.chat(id, 'ended');
    await new Promise<void>((resolve) => cometd.disconnect(() => resolve()));
  });

  it('loses nothing that was acknowledged when the server is killed, and goes on after it', async () => {
    const { id, path } = await begin('/genesys/1/service/request-chat');
    await desk.chat(id, 'offered');
    desk.send({ type: 'chat-accept', chat: id });
    await desk.chat(id, 'joined');
    const waiting = await begin('/genesys/1/service/request-chat');
    await desk.chat(waiting.id, 'offered');
    const acknowledged: string[] = [];
    const customer = async () => {
      for (let number = 1; ; number += 1) {
        const text = `customer ${number}`;
        const answer = await server.request('POST', `${path}/send`, { message: text });
        if (answer.status === 200) acknowledged.push(text);
      }
    };
    // Ends when the server is gone.
    const talk = customer().catch((error: unknown) => error);
    for (let number = 1; number <= 200; number += 1) {
      desk.send({ type: 'chat-message', chat: id, text: `agent ${number}` });
    }
    await eventually(() => {
      expect(acknowledged.length).toBeGreaterThan(10);
      expect(desk.lines(id).filter(({ text }) => text.startsWith('agent')).length).toBeGreaterThan(20);
    });
    await server.end('SIGKILL');
    expect(await talk).toBeInstanceOf(Error);
    const told = desk.lines(id);
    await server.start();
    desk = await Desk.open(server.url);
    const { transcript } = await desk.chat(id, 'joined');
    const lines = transcript as Line[];
    expect(lines.map(({ position }) => position)).toEqual(lines.map((_line, index) => index + 1));
    const texts = lines.map(({ text }) => text);
    expect(new Set(texts.filter((text) => /^(agent|customer)/.test(text))).size).toBe(
      texts.filter((text) => /^(agent|customer)/.test(text)).length,
    );
    // What the desktop was told stands where it stood; what the customer was answered is there.
    for (const { position, text } of told) expect(texts[position - 1]).toBe(text);
    expect(texts).toEqual(expect.arrayContaining(acknowledged));
    expect(shown(await post(`${path}/refresh`, { transcriptPosition: '0' }))).toHaveLength(lines.length);
    desk.send({ type: 'chat-message', chat: id, text: 'Here I am again' });
    await eventually(() => expect(desk.lines(id).at(-1)).toMatchObject({ text: 'Here I am again' }));
    expect(await desk.chat(waiting.id, 'offered')).toMatchObject({ subject: 'billing' });
    desk.send({ type: 'chat-accept', chat: waiting.id });
    await desk.chat(waiting.id, 'joined');
    for (const chat of [path, waiting.path]) await post(`${chat}/disconnect`);
    await desk.chat(id, 'ended');
  });
});
