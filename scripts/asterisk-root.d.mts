/** The unpacked root of an Asterisk, or one sentence that says why there is none. */
export function prepareAsterisk(): Promise<{ root: string; version: string; remove: () => void } | { missing: string }>;
