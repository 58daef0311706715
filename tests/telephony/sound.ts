/** Sounds that parties make, as 8 kHz samples from -1 to 1. */
const RATE = 8000;
/** Loud enough for Asterisk's answering-machine detection, whose threshold is 256 of 32,767. */
const LOUDNESS = 0.3;

type Samples = readonly number[];

export function silence(seconds: number): Samples {
  return new Array<number>(Math.round(seconds * RATE)).fill(0);
}

/** What passes for speech: two tones and some noise that swell four times in a second. The noise is the same every time. */
export function voice(seconds: number): Samples {
  let seed = 1;
  return Array.from({ length: Math.round(seconds * RATE) }, (_, index) => {
    const time = index / RATE;
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    const noise = (seed / 2 ** 30 - 1) * 0.3;
    const tones = Math.sin(2 * Math.PI * 180 * time) + Math.sin(2 * Math.PI * 710 * time) * 0.7;
    const swell = 0.7 + 0.3 * Math.sin(2 * Math.PI * 4 * time);
    return ((tones + noise) / 2) * swell * LOUDNESS;
  });
}

/** The calling tone of a fax machine: 1100 Hz for half a second, every three and a half seconds. */
export function faxTone(seconds: number): Samples {
  return Array.from({ length: Math.round(seconds * RATE) }, (_, index) => {
    const time = index / RATE;
    return time % 3.5 < 0.5 ? Math.sin(2 * Math.PI * 1100 * time) * LOUDNESS : 0;
  });
}

/** A WAV file: mono, 16 bit. */
export function wav(samples: Samples): Buffer {
  const data = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, index) => {
    data.writeInt16LE(Math.round(sample * 32_767), index * 2);
  });
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + data.length, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(RATE, 24);
  header.writeUInt32LE(RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(data.length, 40);
  return Buffer.concat([header, data]);
}

/** G.711 µ-law without a header, as SIPp streams it. */
export function ulaw(samples: Samples): Buffer {
  return Buffer.from(samples.map((sample) => compress(Math.round(sample * 32_767))));
}

/** ITU-T G.711: sign, exponent and mantissa of the biased magnitude, all bits inverted. */
function compress(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = Math.floor(Math.log2(magnitude)) - 7;
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}
