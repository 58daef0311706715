import { generateKeyPairSync, sign } from 'node:crypto';
import type { Activity, Clock, Random } from '../../kernel/index.js';
import { hostPort, type Peer, type SipTransport } from './transport.js';

/** A network in memory that loses, doubles, delays and so reorders what it carries. */
export class LossyNetwork {
  /** What was put in, in order. */
  readonly sent: { from: string; to: string; text: string }[] = [];
  readonly #stations = new Map<string, (bytes: Buffer, from: Peer) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly activity: Activity,
    private readonly random: Random,
    /** Shares of messages that are lost and doubled, and milliseconds of the longest way. */
    readonly weather: { loss: number; doubled: number; delayMs: number } = { loss: 0, doubled: 0, delayMs: 0 },
  ) {}

  /** A place in the network. A reliable one loses and doubles nothing. */
  station(host: string, port = 5060): SipTransport {
    const address = hostPort({ host, port });
    return {
      send: async (bytes, peer) => this.#carry(bytes, { ...peer, host, port }, peer),
      localAddress: () => ({ host, port }),
      subscribe: (handler) => {
        this.#stations.set(address, handler);
        return () => this.#stations.delete(address);
      },
      close: async () => undefined,
    };
  }

  #carry(bytes: Buffer, from: Peer, to: Peer): void {
    this.sent.push({ from: hostPort(from), to: hostPort(to), text: bytes.toString('utf8') });
    const unreliable = to.protocol === 'UDP';
    if (unreliable && this.random() < this.weather.loss) return;
    const copies = unreliable && this.random() < this.weather.doubled ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) {
      const delay = unreliable ? Math.floor(this.random() * this.weather.delayMs) : 0;
      const deliver = async () => this.#stations.get(hostPort(to))?.(Buffer.from(bytes), from);
      this.clock.at(this.clock.now() + delay, () => void this.activity.run(deliver));
    }
  }
}

/** A certificate for `localhost` and 127.0.0.1, signed with its own key, both as PEM. */
export function selfSignedCertificate(): { cert: string; key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = der(0x30, der(0x31, der(0x30, OID_COMMON_NAME, der(0x0c, Buffer.from('localhost')))));
  const algorithm = der(0x30, OID_ECDSA_SHA256);
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const names = der(0x30, der(0x82, Buffer.from('localhost')), der(0x87, Buffer.from([127, 0, 0, 1])));
  const extension = der(0x30, OID_ALTERNATIVE_NAME, der(0x04, names));
  const content = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, extension)),
  );
  const signature = sign('sha256', content, privateKey);
  const certificate = der(0x30, content, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const OID_COMMON_NAME = Buffer.from('0603550403', 'hex');
const OID_ALTERNATIVE_NAME = Buffer.from('0603551d11', 'hex');
const OID_ECDSA_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex');

/** One value of ASN.1 in distinguished encoding. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
