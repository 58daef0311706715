/** The call results that an agent can know, by their numbers in the original, the most frequent first. */
export const AGENT_RESULTS = ['33', '40', '53', '9', '7', '6', '17', '11', '51'] as const;

/** The result with which a form begins: what the record has if an agent can choose it, else an answer. */
export function firstResult(result: number | undefined): string {
  return AGENT_RESULTS.find((value) => value === String(result)) ?? '33';
}
