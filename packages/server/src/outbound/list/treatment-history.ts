/**
 * The column `treatments` (original's "How Treatments Work"): which treatment was applied last, how often, and to which
 * record of the chain: `<treatment DBID>@<cycle attempt>@<chain number to dial>@<treatment sequence number>`.
 */
export interface TreatmentHistory {
  /** `Treatment.id`. */
  id: string;
  /** Redials, or cycles over the chain, that this treatment has ordered. */
  cycle: number;
  /** `chain_n` of the record that it wants dialed. */
  chainN: number;
  /** Place of the treatment in the sequence of its call result, from 1. */
  number: number;
}

const FORM = /^(.+)@(\d{1,9})@(\d{1,9})@(\d{1,9})$/s;

export function writeTreatmentHistory({ id, cycle, chainN, number }: TreatmentHistory): string {
  return `${id}@${cycle}@${chainN}@${number}`;
}

/** @returns undefined for an empty column or one of another form, which counts as no history */
export function readTreatmentHistory(text: string | undefined): TreatmentHistory | undefined {
  const [, id, cycle, chainN, number] = FORM.exec(text ?? '') ?? [];
  if (id === undefined) return undefined;
  return { id, cycle: Number(cycle), chainN: Number(chainN), number: Number(number) };
}
