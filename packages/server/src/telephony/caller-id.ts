import { createHash } from 'node:crypto';

/** What a carrier vouches for when we show a number (STIR/SHAKEN, RFC 8588): ours, a customer of ours, merely passed on. */
export type Attestation = 'A' | 'B' | 'C';

export interface CallerNumber {
  /** E.164. */
  readonly number: string;
  readonly attestation?: Attestation;
  /** Beginnings of the E.164 forms of customers for whom it is near; absent: those that begin like itself. */
  readonly areas?: readonly string[];
  /** Shown with it. */
  readonly name?: string;
}

export type CallerIdOrder = 'area' | 'round-robin' | 'sticky';

/** Which number of a pool a customer sees, and why. */
export interface ChosenCallerId extends CallerNumber {
  why: string;
}

/**
 * Chooses a number.
 * - `area`: the one with the longest beginning in common with the customer's; among equals, always the same for a customer.
 * - `round-robin`: one after the other, by `turn`.
 * - `sticky`: always the same for a customer, spread over customers; when numbers come or go, few customers see another one.
 * @param customer E.164, or as dialed
 * @param turn how many calls of this pool came before
 */
export function chooseCallerId(
  numbers: readonly CallerNumber[],
  order: CallerIdOrder,
  customer: string,
  turn: number,
): ChosenCallerId | undefined {
  switch (order) {
    case 'round-robin': {
      const chosen = numbers[turn % Math.max(numbers.length, 1)];
      return chosen && { ...chosen, why: `turn ${turn + 1}` };
    }
    case 'sticky': {
      const chosen = stickyTo(customer, numbers);
      return chosen && { ...chosen, why: 'always the same for this customer' };
    }
    case 'area': {
      const nearest = Math.max(...numbers.map((number) => nearness(number, customer)));
      const chosen = stickyTo(
        customer,
        numbers.filter((number) => nearness(number, customer) === nearest),
      );
      const common = nearest > 0 ? `nearest: ${customer.slice(0, nearest)} in common` : 'none is near';
      return chosen && { ...chosen, why: common };
    }
  }
}

/** How many characters of the customer's number, `+` included, are in common; 0 when not even the country can be. */
function nearness({ number, areas }: CallerNumber, customer: string): number {
  if (areas !== undefined) {
    return Math.max(0, ...areas.filter((area) => customer.startsWith(area)).map((area) => area.length));
  }
  let common = 0;
  while (common < customer.length && customer[common] === number[common]) common += 1;
  return common > 1 ? common : 0;
}

/** Rendezvous hashing: the number whose hash together with the customer is the highest. */
function stickyTo(customer: string, numbers: readonly CallerNumber[]): CallerNumber | undefined {
  let chosen: { number: CallerNumber; rank: string } | undefined;
  for (const number of numbers) {
    const rank = createHash('sha256').update(`${number.number} ${customer}`).digest('hex');
    if (!chosen || rank > chosen.rank) chosen = { number, rank };
  }
  return chosen?.number;
}
