import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS } from '../../scripts/chromium.mjs';

/** A supervisor's screen. */
const VIEWPORT = { width: 1280, height: 800 };

/** How long a page may take to show something, on a machine that is busy with other tests. */
const PATIENCE_MS = 60_000;

/**
 * Chromium with an empty profile of its own. It notes what no page may do: ask another host for anything, fail in a
 * script, or complain on its console.
 */
export class Browser {
  /** What went wrong on any page so far; a request that the server refused on purpose is not among it. */
  readonly complaints: string[] = [];

  private constructor(
    private readonly context: BrowserContext,
    private readonly profile: string,
    private readonly origin: string,
  ) {}

  /**
   * @param origin the server under test, the only host that pages may talk to
   * @param flags of the browser beside the usual ones
   */
  static async open(executablePath: string, origin: string, flags: readonly string[] = []): Promise<Browser> {
    const profile = await mkdtemp(join(tmpdir(), 'ringback-chromium-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: [...CHROMIUM_FLAGS, ...flags],
      viewport: VIEWPORT,
      // What fades in cannot be judged by its colours.
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'Europe/Paris',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    return new Browser(context, profile, origin);
  }

  /** A new tab on a path of the server. */
  async visit(path: string): Promise<Page> {
    const page = await this.context.newPage();
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      const url = request.url();
      const own = url.startsWith(`${this.origin}/`) || url.startsWith('data:') || url.startsWith('blob:');
      if (!own) this.complaints.push(`asked for ${url}`);
    });
    page.on('console', (message) => {
      const network = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !network) this.complaints.push(message.text());
    });
    await page.goto(`${this.origin}${path}`);
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
    await rm(this.profile, { recursive: true, force: true });
  }
}

/**
 * Pictures of the pages, for people: kept where the environment variable `RINGBACK_SCREENSHOTS` says, otherwise in a
 * temporary folder that is removed at the end.
 */
export class Screenshots {
  private constructor(
    private readonly folder: string,
    private readonly kept: boolean,
  ) {}

  static async open(): Promise<Screenshots> {
    const wanted = process.env.RINGBACK_SCREENSHOTS;
    return new Screenshots(wanted ?? (await mkdtemp(join(tmpdir(), 'ringback-screenshots-'))), wanted !== undefined);
  }

  /** @param until the picture ends where this begins: its letters are not in the fonts of every machine */
  async take(page: Page, name: string, until?: Locator): Promise<void> {
    const end = await until?.boundingBox();
    const clip = end ? { clip: { x: 0, y: 0, width: VIEWPORT.width, height: end.y } } : {};
    await page.screenshot({ path: join(this.folder, `${name}.png`), animations: 'disabled', ...clip });
  }

  async close(): Promise<void> {
    if (!this.kept) await rm(this.folder, { recursive: true, force: true });
  }
}
