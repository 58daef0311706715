import { LIMITS } from './limits.js';
import { Headers } from './message.js';
import { contentLength, headEnd } from './parse.js';
import { Malformed } from './text.js';

/**
 * Cuts the messages out of a stream by their Content-Length (RFC 3261 18.3). Holds one message at most, within `LIMITS`.
 * Throws `Malformed` when the stream cannot be cut any more; the connection is of no use then.
 */
export class Framing {
  #held: Buffer = Buffer.alloc(0);
  /** How far `#held` was searched for the end of the headers. */
  #searched = 0;

  /** Takes what arrived; returns the messages that it completes, and whether it held a keep-alive (RFC 5626 4.4.1). */
  take(bytes: Buffer): { messages: Buffer[]; ping: boolean } {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    const messages: Buffer[] = [];
    let ping = false;
    for (;;) {
      ping = this.#skipEmptyLines() || ping;
      const message = this.#next();
      if (!message) return { messages, ping };
      messages.push(message);
    }
  }

  #skipEmptyLines(): boolean {
    let at = 0;
    while (this.#held[at] === 13 || this.#held[at] === 10) at += 1;
    const ping = this.#held.toString('latin1', 0, Math.min(at, 4)) === '\r\n\r\n';
    // Half of a keep-alive stays, so that its other half is recognised.
    if (at > 0 && (at < this.#held.length || at >= 4)) this.#drop(at);
    return ping;
  }

  #next(): Buffer | undefined {
    const end = headEnd(this.#held, Math.max(0, this.#searched - 3));
    this.#searched = this.#held.length;
    if ((end?.at ?? this.#held.length) > LIMITS.headBytes) throw new Malformed('The headers are too long.', 513);
    if (!end) return undefined;
    const total = end.bodyAt + this.#bodyLength(this.#held.toString('latin1', 0, end.at));
    if (this.#held.length < total) {
      // The body is awaited; the end of the headers is found again at once.
      this.#searched = end.at;
      return undefined;
    }
    const message = Buffer.from(this.#held.subarray(0, total));
    this.#drop(total);
    return message;
  }

  #bodyLength(head: string): number {
    const headers = new Headers();
    for (const line of head
      .replace(/\r?\n[ \t]+/g, ' ')
      .split(/\r?\n/)
      .slice(1)) {
      const found = /^(content-length|l)[ \t]*:([\s\S]*)$/i.exec(line);
      if (found) headers.add('content-length', found[2]?.trim() ?? '');
    }
    return contentLength(headers) ?? 0;
  }

  #drop(bytes: number): void {
    this.#held = Buffer.from(this.#held.subarray(bytes));
    this.#searched = 0;
  }
}
