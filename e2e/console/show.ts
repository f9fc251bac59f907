import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import type { Page } from 'playwright-core';
import type { Client } from 'standalone/demo/client';
import { replay } from 'standalone/demo/replay';
import { type RecordedSelection, readSelections } from 'standalone/demo/selections-file';
import { inTemporaryServer } from 'standalone/demo/temporary-server';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { openBrowser } from './browser.ts';

/**
 * Takes screenshots of every console page during a replay, and prints the lag that the page and the outbox show.
 * Usage: show.ts [--input FILE] [DIRECTORY]
 */
const repository = path.join(import.meta.dirname, '../..');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    input: { type: 'string', default: path.join(repository, 'examples/clarifying-choices.jsonl') },
  },
});
const directory = path.resolve(positionals[0] ?? path.join(repository, 'test-output/show'));
const print = (line: string) => process.stdout.write(`${line}\n`);

const selections = await readSelections(values.input);
const port = await freePort();
const home = `http://127.0.0.1:${port}`;
await mkdir(directory, { recursive: true });
await inTemporaryServer({ env: { CONSOLE_PORT: String(port) }, discard: ['.'] }, async (client) => {
  await using browser = await openBrowser(home);
  const page = await browser.context.newPage();
  await beginExperiment(client);
  await Promise.all([replay(client, selections), takeWhileReplaying(page, client)]);
  await untilOutboxEmpty(client);
  await fetch(`${client.url}/v1/training/datasets`, { method: 'POST' });
  await take(page, '/', 'console-overview');
  await take(page, '/users', 'console-users');
  await take(page, `/users/${encodeURIComponent(findBusiestUser(selections))}`, 'console-user');
  await take(page, '/training', 'console-training', '.evidence');
  await tryIt(page);
});

/** A ranker that does not learn against the one that does. */
async function beginExperiment({ url }: Client): Promise<void> {
  const post = (where: string, body: object) =>
    fetch(url + where, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/v1/models', { model_id: 'forgetful', kind: 'ranker', weights: { prior: 1 } });
  const variants = ['shipped', 'forgetful'].map((model_id) => ({ model_id, weight: 0.5 }));
  await post('/v1/experiments', { variants });
}

async function open(page: Page, where: string): Promise<void> {
  await page.goto(home + where);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
}

async function take(page: Page, where: string, name: string, from?: string): Promise<void> {
  await open(page, where);
  if (from) await page.locator(from).first().scrollIntoViewIfNeeded();
  await page.screenshot({ path: path.join(directory, `${name}.png`) });
  print(`${name}.png: ${home}${where}`);
}

async function takeWhileReplaying(page: Page, client: Client): Promise<void> {
  await compareLag(page, client);
  await take(page, '/queues', 'console-queues');
}

async function compareLag(page: Page, client: Client): Promise<void> {
  await open(page, '/');
  const stat = page.locator('.stat', { hasText: 'Not learned yet' });
  for (let look = 0; look < 5; look += 1) {
    // The stream updates the page within 2 s; the outbox is read right before and after.
    const before = await client.ready();
    await page.waitForTimeout(2_500);
    const displayed = (await stat.locator('dd').allTextContents()).join(', ');
    const after = await client.ready();
    print(`outbox ${describeBacklog(before)} │ page: ${displayed} │ outbox ${describeBacklog(after)}`);
  }
}

function describeBacklog(ready: Awaited<ReturnType<Client['ready']>>): string {
  return `${ready.outbox_pending} pending, oldest ${((ready.oldest_pending_ms ?? 0) / 1000).toFixed(1)} s`;
}

function findBusiestUser(all: RecordedSelection[]): string {
  const users = [...Map.groupBy(all, ({ user_id }) => user_id)];
  return users.reduce((a, b) => (b[1].length > a[1].length ? b : a))[0];
}

async function tryIt(page: Page): Promise<void> {
  await open(page, '/try');
  await page.getByLabel('What the user typed').fill('build api');
  await page.keyboard.press('Enter');
  await page.locator('.hypotheses > li').nth(1).getByRole('button').click();
  await page.getByText(/^within /u).waitFor();
  await page.screenshot({ path: path.join(directory, 'console-try.png') });
  print(`console-try.png: ${home}/try`);
}
