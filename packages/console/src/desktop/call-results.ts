/** The call results that an agent can know, by their numbers in the original, the most frequent first. */
export const AGENT_RESULTS: readonly { value: string; label: string }[] = [
  { value: '33', label: 'Answer' },
  { value: '40', label: 'Wrong Party' },
  { value: '53', label: 'Wrong Number' },
  { value: '9', label: 'Answering Machine Detected' },
  { value: '7', label: 'No Answer' },
  { value: '6', label: 'Busy' },
  { value: '17', label: 'Fax Detected' },
  { value: '11', label: 'SIT Invalid Number' },
  { value: '51', label: 'Do Not Call' },
];

/** The result with which a form begins: what the record has if an agent can choose it, else an answer. */
export function firstResult(result: number | undefined): string {
  return AGENT_RESULTS.find(({ value }) => value === String(result))?.value ?? '33';
}
