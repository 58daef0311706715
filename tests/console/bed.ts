import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { ensureChromium } from '../../scripts/chromium.mjs';
import { ServerProcess, type ServerProcessOptions } from '../server/server-process.js';
import { Browser, Screenshots } from './browser.js';

/** What the tests of one file share: one server, one browser, and the pictures that are taken. */
export interface ConsoleBed {
  readonly server: ServerProcess;
  readonly browser: Browser;
  /** A new tab on a path of the console. */
  visit(path: string): Promise<Page>;
  /** A picture of a page, for people, as far as an element if one is given. */
  picture(page: Page, name: string, until?: Locator): Promise<void>;
}

interface Parts {
  server: ServerProcess;
  browser: Browser;
  screenshots: Screenshots;
}

/**
 * Starts a server and a browser before the tests of a file and ends them after it. Where there is no Chromium, the tests
 * are skipped and say why.
 * @param options.flags of the browser beside the usual ones
 * @param options.prepare fills the server, which it finds as the bed's, before the first test
 */
export function consoleBed(
  options: ServerProcessOptions & { prepare?: () => Promise<void>; flags?: readonly string[] } = {},
): ConsoleBed {
  let missing: string | undefined;
  let parts: Partial<Parts> = {};
  const present = <Name extends keyof Parts>(name: Name): Parts[Name] => {
    const part: Partial<Parts>[Name] = parts[name];
    if (part === undefined) throw new Error(`The ${name} of the console's tests has not been started.`);
    return part;
  };

  beforeAll(async () => {
    const chromium = await ensureChromium();
    if ('missing' in chromium) {
      missing = chromium.missing;
      return;
    }
    parts.server = await ServerProcess.create(options);
    const { url } = await parts.server.start();
    await options.prepare?.();
    parts.browser = await Browser.open(chromium.path, url, options.flags);
    parts.screenshots = await Screenshots.open();
  }, 300_000);

  beforeEach(({ skip }) => {
    if (missing !== undefined) skip(missing);
  });

  afterAll(async () => {
    const { server, browser, screenshots } = parts;
    parts = {};
    await browser?.close();
    await server?.dispose();
    await screenshots?.close();
  });

  return {
    get server() {
      return present('server');
    },
    get browser() {
      return present('browser');
    },
    visit: (path) => present('browser').visit(`/console${path}`),
    picture: (page, name, until) => present('screenshots').take(page, name, until),
  };
}
