import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureInstalled } from '@learning-loop/testing/ensure-installed';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const pictures = path.join(import.meta.dirname, '../../test-output/console');
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Browser extends AsyncDisposable {
  context: BrowserContext;
  /** Requests to other hosts. */
  foreign: string[];
  /** Errors on the pages' consoles. */
  complaints: string[];
}

/** Uses Debian's chromium with a temporary profile; installs it if missing and run by root. */
export async function openBrowser(home: string): Promise<Browser> {
  if (!(await ensureInstalled('chromium', 'chromium')))
    throw new Error('The console’s tests need chromium: apt-get install chromium.');
  await mkdir(pictures, { recursive: true });
  const profile = await mkdtemp(path.join(tmpdir(), 'chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    args,
    viewport: { width: 1280, height: 900 },
  });
  const foreign: string[] = [];
  const complaints: string[] = [];
  context.on('request', (request) => {
    if (!request.url().startsWith(home) && !request.url().startsWith('data:')) foreign.push(request.url());
  });
  context.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return {
    context,
    foreign,
    complaints,
    async [Symbol.asyncDispose]() {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Saves a full-page screenshot under test-output/console. */
export async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage: true });
}
