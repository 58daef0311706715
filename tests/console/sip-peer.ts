import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

/** A SIP message as far as the peer needs it. */
export interface SipText {
  start: string;
  headers: ReadonlyMap<string, string>;
  body: string;
}

const CRLF = '\r\n';

/**
 * A telephone server over WebSocket that does what a test tells it: it challenges and registers whoever comes, and calls
 * who is registered. Session descriptions come from the test, as a browser on the other side would make them.
 */
export class SipPeer {
  /** Every message received, oldest first. */
  readonly received: SipText[] = [];
  #socket: WebSocket | undefined;
  #contact = '';
  #cseq = 1;
  #waiting: { wanted: (message: SipText) => boolean; resolve: (message: SipText) => void }[] = [];
  #unread: SipText[] = [];

  private constructor(
    private readonly http: Server,
    private readonly sockets: WebSocketServer,
  ) {
    sockets.on('connection', (socket) => {
      this.#socket = socket;
      // What a telephone that is gone still said, such as that it leaves, is not for the next one.
      this.#unread = [];
      socket.on('message', (data) => socket === this.#socket && this.#hear(String(data)));
    });
  }

  static async listen(): Promise<SipPeer> {
    const http = createServer();
    const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'sip' });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new SipPeer(http, sockets);
  }

  get url(): string {
    const { port } = this.http.address() as AddressInfo; // a TCP server that listens
    return `ws://127.0.0.1:${port}/ws`;
  }

  /** The next message of a kind that no one has waited for yet, such as `REGISTER` or `SIP/2.0 200`. */
  next(start: string, method?: string): Promise<SipText> {
    const wanted = (message: SipText) =>
      message.start.startsWith(start) && (method === undefined || methodOf(message) === method);
    const index = this.#unread.findIndex(wanted);
    const [found] = index < 0 ? [] : this.#unread.splice(index, 1);
    if (found) return Promise.resolve(found);
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  /** Lets whoever registers do so with credentials; the first attempt is challenged. */
  async register(): Promise<SipText> {
    const first = await this.next('REGISTER');
    const challenge = 'WWW-Authenticate: Digest realm="pbx", nonce="n1", algorithm=MD5, qop="auth"';
    this.answer(first, '401 Unauthorized', [challenge]);
    const second = await this.next('REGISTER');
    this.#contact = /<([^>]+)>/.exec(second.headers.get('contact') ?? '')?.[1] ?? '';
    this.answer(second, '200 OK', [`Contact: <${this.#contact}>;expires=600`]);
    return second;
  }

  /** Calls the registered telephone. */
  invite(offer: string, call: string): void {
    this.#request('INVITE', call, ['Content-Type: application/sdp'], offer);
  }

  /** Confirms the answer to a call. */
  confirm({ headers }: SipText): void {
    const [sequence = '1'] = (headers.get('cseq') ?? '').split(' ');
    this.#request('ACK', headers.get('call-id') ?? '', [], '', headers.get('to'), Number(sequence));
  }

  bye({ headers }: SipText): void {
    this.#request('BYE', headers.get('call-id') ?? '', [], '', headers.get('to'));
  }

  answer({ headers }: SipText, status: string, more: string[] = [], body = ''): void {
    const to = headers.get('to') ?? '';
    const tagged = to.includes(';tag=') ? to : `${to};tag=peer`;
    const copied = ['via', 'from', 'call-id', 'cseq'].map((name) => `${name}: ${headers.get(name)}`);
    this.#send([`SIP/2.0 ${status}`, ...copied, `To: ${tagged}`, 'Contact: <sip:peer@127.0.0.1>', ...more], body);
  }

  /** Loses the connection. */
  drop(): void {
    this.#socket?.terminate();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.http.close();
    await once(this.http, 'close');
  }

  #request(method: string, call: string, more: string[], body: string, to?: string, sequence?: number): void {
    const number = sequence ?? this.#cseq++;
    this.#send(
      [
        `${method} ${this.#contact} SIP/2.0`,
        `Via: SIP/2.0/WS peer.invalid;branch=z9hG4bK${call}${method}${number}`,
        'Max-Forwards: 70',
        `From: "Customer" <sip:5551234@peer.invalid>;tag=peer-${call}`,
        `To: ${to ?? `<${this.#contact}>`}`,
        `Call-ID: ${call}`,
        `CSeq: ${number} ${method}`,
        'Contact: <sip:peer@127.0.0.1;transport=ws>',
        ...more,
      ],
      body,
    );
  }

  #send(lines: string[], body: string): void {
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    const typed =
      body !== '' && !lines.some((line) => line.startsWith('Content-Type')) ? ['Content-Type: application/sdp'] : [];
    this.#socket?.send([...lines, ...typed, length, '', body].join(CRLF));
  }

  #hear(text: string): void {
    if (text.trim() === '') return void this.#socket?.send(CRLF);
    const message = read(text);
    this.received.push(message);
    const index = this.#waiting.findIndex(({ wanted }) => wanted(message));
    if (index < 0) this.#unread.push(message);
    else for (const { resolve } of this.#waiting.splice(index, 1)) resolve(message);
  }
}

function methodOf({ headers }: SipText): string | undefined {
  return headers.get('cseq')?.split(' ')[1];
}

function read(text: string): SipText {
  const [head = '', ...rest] = text.split(`${CRLF}${CRLF}`);
  const [start = '', ...lines] = head.split(CRLF);
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { start, headers: new Map(headers), body: rest.join(`${CRLF}${CRLF}`) };
}
