import { randomInt } from 'node:crypto';
import { RingbackError } from '../../kernel/index.js';

/** What the original's Java can hold. */
const LARGEST_INT = 2_147_483_647;
/** As many codes as are offered at once to find one that nobody has. */
const CANDIDATES = 64;
/** Up to so many codes all of them are tried, in random order. */
const FEW = 1000;

/** First digits of the codes of a node, both ends included; their lengths are the same. */
interface Prefixes {
  from: number;
  to: number;
  digits: number;
}

/**
 * Reads option `access_code_prefix` of section `server`: digits (`9`), or a range of them (`7-9`).
 * @throws RingbackError `prefix-not-a-number`, with the message of the original
 */
function readPrefixes(option: string): Prefixes | undefined {
  const text = option.trim();
  if (text === '') return undefined;
  const [first = '', last = first] = text.split('-').map((part) => part.trim());
  for (const part of [first, last]) {
    if (/^\d+$/.test(part) && Number(part) <= LARGEST_INT) continue;
    throw new RingbackError('prefix-not-a-number', `For input string: "${part}"`);
  }
  const [from, to] = [Number(first), Number(last)];
  return { from: Math.min(from, to), to: Math.max(from, to), digits: Math.max(first.length, last.length) };
}

/**
 * Access codes to choose from, none twice: decimal digits of a given length, beginning with the node's prefix.
 * @throws RingbackError `prefix-not-a-number`, `prefix-too-long` (it leaves no digit to choose), both with the messages
 *   of the original
 */
export function codeCandidates(length: number, prefixOption: string): string[] {
  const prefixes = readPrefixes(prefixOption);
  const free = length - (prefixes?.digits ?? 0);
  if (free <= 0) throw new RingbackError('prefix-too-long', 'n must be positive');
  const firsts = prefixes
    ? Array.from({ length: Math.min(FEW, prefixes.to - prefixes.from + 1) }, (_, step) =>
        String(prefixes.from + step).padStart(prefixes.digits, '0'),
      )
    : [''];
  const rest = 10 ** free;
  if (firsts.length * rest <= FEW) {
    const all = firsts.flatMap((first) =>
      Array.from({ length: rest }, (_, number) => first + String(number).padStart(free, '0')),
    );
    return shuffled(all);
  }
  const codes = new Set<string>();
  while (codes.size < CANDIDATES) {
    codes.add((firsts[randomInt(firsts.length)] ?? '') + randomDigits(free));
  }
  return [...codes];
}

function randomDigits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: randomInt(2 ** 31) }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
