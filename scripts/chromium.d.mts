/** Where Debian's package puts the browser. */
export const CHROMIUM: string;

/** Flags for a browser that runs unattended, as root too, and talks to nobody but the server under test. */
export const CHROMIUM_FLAGS: readonly string[];

/** The browser's path, or one sentence that says why there is none and what to do about it. */
export function ensureChromium(): Promise<{ path: string } | { missing: string }>;
