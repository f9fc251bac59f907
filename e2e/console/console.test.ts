import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { connectDb } from '@learning-loop/db/connect';
import { outboxDepth } from '@learning-loop/db/loop/outbox-backlog';
import type { Page } from 'playwright-core';
import { fetchWithRetry } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findAccessibilityFaults } from './accessibility.ts';
import { type Browser, openBrowser, picture } from './browser.ts';
import { createLosingExperiment, deadLetterFeedback } from './scenes.ts';
import { letUsersSelect, type System, startSystem } from './system.ts';

const users = ['ada', 'grace', 'linus', 'margaret', 'barbara', 'ken'];
const places = {
  overview: '/',
  queues: '/queues',
  users: '/users',
  user: '/users/ada',
  training: '/training',
  try: '/try',
};

let system: System;
let browser: Browser;

beforeAll(async () => {
  system = await startSystem();
  browser = await openBrowser(system.consoleUrl);
  await letUsersSelect(system.client, users, 20);
  await untilOutboxEmpty(system.client);
}, 240_000);
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  await system?.[Symbol.asyncDispose]();
});

async function open(path: string): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(system.consoleUrl + path);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.locator('.loading').first().waitFor({ state: 'detached' });
  return page;
}

test.each(Object.entries(places))('%s is readable, dark and light, wide and narrow', async (name, path) => {
  const page = await open(path);
  await picture(page, name);
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await picture(page, `${name}-dark`);
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 390, height: 844 });
  await page.waitForFunction('document.documentElement.scrollWidth <= 390');
  await picture(page, `${name}-narrow`);
  await page.close();
});

test('what is asked, picked and learned is seen, and how long that took', async () => {
  const page = await open('/try');
  await page.getByLabel('User', { exact: true }).fill('newcomer');
  await page.getByLabel('What the user typed').fill('build api');
  await page.keyboard.press('Enter');
  await page.getByText('Score').first().waitFor();
  const options = page.locator('.hypotheses > li');
  expect(await options.count()).toBe(3);
  const question = await options.nth(1).locator('.question').textContent();
  await options.nth(1).getByRole('button').click();
  await page.getByText(/^within /u).waitFor();
  expect(await page.getByText(/^within /u).textContent()).toMatch(/^within [\d.]+ m?s$/u);
  await picture(page, 'try-learned');
  expect(await page.locator('pre').textContent()).toContain(question);
  expect(await findAccessibilityFaults(page)).toEqual([]);

  await page.getByRole('link', { name: /newcomer/u }).click();
  await page.getByText('“build api”', { exact: true }).waitFor();
  expect(await page.locator('.past-hypotheses .selected').textContent()).toContain(question);
  await page.close();
});

test('a memory is corrected and forgotten, and a user erased, by keyboard and after asking', async () => {
  const page = await open('/users/grace');
  const memory = page.locator('.memories > li').first();
  await memory.getByRole('button', { name: 'Correct' }).press('Enter');
  await page.getByLabel('What it should say').fill('build a compiler');
  await page.keyboard.press('Enter');
  await page.getByText('Said by the user').waitFor();
  const corrected = page.locator('.memories > li', { hasText: 'build a compiler' });
  await corrected.getByRole('button', { name: 'Forget' }).click();
  await picture(page, 'forget');
  await page.keyboard.press('Escape');
  expect(await corrected.count()).toBe(1);
  await corrected.getByRole('button', { name: 'Forget' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Forget' }).click();
  await corrected.waitFor({ state: 'detached' });

  await page.goto(`${system.consoleUrl}/users/ken`);
  await page.getByRole('button', { name: 'Erase this user' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Erase for good' }).click();
  await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  await expect.poll(() => system.client.memories('ken'), { timeout: 45_000 }).toEqual([]);
  await page.close();
});

test('a dead letter shows its error, hides what it holds until asked, and is replayed', async () => {
  await using db = connectDb(system.databaseUrl);
  const letter = await deadLetterFeedback(db, system.client);
  const page = await open('/queues');
  const row = page.locator('.dead-letters > li', { hasText: letter });
  await row.waitFor();
  await picture(page, 'dead-letter');
  expect(await page.locator('pre').count()).toBe(0);
  await row.getByRole('button', { name: /payload/u }).click();
  expect(await row.locator('pre').textContent()).toContain('interaction_id');
  await row.getByRole('button', { name: 'Replay' }).click();
  await row.waitFor({ state: 'detached' });
  await untilOutboxEmpty(system.client);
  expect(await system.client.stats()).toMatchObject({ feedback_count: 1 });
  await page.close();
});

test('a model is promoted and rolled back, after asking', async () => {
  const model = { model_id: 'by-hand', kind: 'ranker', weights: { prior: 1, goal: 0.2 } };
  const headers = { 'content-type': 'application/json' };
  const made = { method: 'POST', headers, body: JSON.stringify(model) };
  expect((await fetchWithRetry(`${system.client.url}/v1/models`, made)).status).toBe(201);
  const page = await open('/training');
  const row = page.locator('.memories > li', { hasText: 'by-hand' });
  await row.getByRole('button', { name: 'Promote' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click();
  await row.getByText('active').waitFor();
  await row.getByRole('button', { name: 'Roll back' }).click();
  await picture(page, 'rollback');
  await page.getByRole('dialog').getByRole('button', { name: 'Roll back' }).click();
  await row.getByText('retired').waitFor();
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.close();
});

test('what an experiment has shown is a picture, with the decision', async () => {
  await using db = connectDb(system.databaseUrl);
  await createLosingExperiment(db, 'by-hand');
  const page = await open('/training');
  const chart = page.getByRole('img', { name: /^Difference in first-place rate of by-hand to shipped/u });
  expect(await chart.getAttribute('aria-label')).toContain('−5.0 points in first places (−');
  await page.getByText('rolled back', { exact: true }).waitFor();
  await picture(page, 'experiment');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.close();
});

test('the lag on the page is the outbox’s', async () => {
  const page = await open('/');
  const pending = page.locator('.stat', { hasText: 'Not learned yet' });
  expect(await pending.textContent()).toContain('the outbox is empty');
  const shownAge = async () =>
    Number(/oldest ([\d.]+) s/u.exec((await pending.textContent()) ?? '')?.[1] ?? 0);
  await using db = connectDb(system.databaseUrl);
  const age = async () => ((await outboxDepth(db)).oldest_ms ?? 0) / 1000;
  await db.transaction().execute(async (tx) => {
    // The persona worker waits for this transaction, and what it owes stays in the outbox.
    await tx.selectFrom('personas').select('user_id').where('user_id', '=', 'ada').forUpdate().execute();
    await letUsersSelect(system.client, ['ada'], 1);
    await expect.poll(() => age(), { timeout: 20_000 }).toBeGreaterThan(1);
    const earlier = await age();
    await expect.poll(shownAge, { timeout: 20_000 }).toBeGreaterThanOrEqual(earlier);
    // What is shown is rounded: to tenths below ten seconds.
    const shown = await shownAge();
    expect(shown).toBeLessThanOrEqual((await age()) + (shown < 10 ? 0.05 : 0.5));
    expect(await pending.locator('dd').first().textContent()).toBe('1');
  });
  await untilOutboxEmpty(system.client);
  await pending.getByText('the outbox is empty').waitFor();
  await page.close();
});

test('every part of the page is reached by keyboard, and the first load is small', async () => {
  const page = await browser.context.newPage();
  await page.goto(system.consoleUrl);
  await page.getByRole('heading', { level: 1 }).waitFor();
  expect(await gzippedBytes(page)).toBeGreaterThan(10_000);
  expect(await gzippedBytes(page)).toBeLessThan(150 * 1024);

  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  for (const name of ['Overview', 'Queues', 'Users']) {
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe(name);
  }
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor();
  await page.close();
});

/** What the page's files weigh for a browser that knows gzip only. */
async function gzippedBytes(page: Page): Promise<number> {
  const files: string[] = await page.evaluate(
    'performance.getEntriesByType("resource").map(({ name }) => name).filter((name) => name.includes("/assets/"))',
  );
  const sizes = await Promise.all(
    files.map(async (url) => {
      const { headers } = await fetch(url, { headers: { 'accept-encoding': 'gzip' } });
      expect(headers.get('content-encoding')).toBe('gzip');
      return Number(headers.get('content-length'));
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test('bull-board shows single jobs without asking another host; only an admin’s, on our page, changes them', async () => {
  const page = await browser.context.newPage();
  await page.goto(`${system.consoleUrl}/bull-board/`);
  await page.getByText('training-log').first().waitFor();
  await picture(page, 'bull-board');
  const pause = (board: string, headers: Record<string, string> = {}) =>
    page.request.put(`${system.consoleUrl}/${board}/api/queues/memory/pause`, { headers });
  expect((await pause('bull-board')).status()).toBeGreaterThanOrEqual(400);

  await page.goto(`${system.consoleUrl}/bull-board-admin/`);
  await page.getByText('training-log').first().waitFor();
  expect((await pause('bull-board-admin', { origin: 'https://elsewhere.example' })).status()).toBe(403);
  const clean = `${system.consoleUrl}/bull-board-admin/api/queues/memory/clean/completed`;
  expect((await page.request.put(clean)).status()).toBe(200);
  await page.close();
});

test('no page asked another host, or complained', () => {
  expect(browser.foreign).toEqual([]);
  // A machine that is busy with other tests is told to come back, and the page does.
  expect(browser.complaints.filter((said) => !said.includes('status of 503'))).toEqual([]);
});

test('once there are keys, people sign in with one, and the browser never holds it', async () => {
  const key = await makeKey('reader');
  const locked = async () => (await fetch(`${system.consoleUrl}/api/overview`)).status;
  await expect.poll(locked, { timeout: 15_000 }).toBe(401);
  const page = await browser.context.newPage();
  await page.goto(system.consoleUrl);
  await page.getByLabel('API key').fill('ll_wrong_key');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  await picture(page, 'sign-in');
  expect(await findAccessibilityFaults(page)).toEqual([]);
  await page.getByLabel('API key').fill(key);
  await page.keyboard.press('Enter');
  await page.getByText('default · reader').waitFor();
  const cookies = await browser.context.cookies();
  expect(cookies.map(({ httpOnly, sameSite }) => ({ httpOnly, sameSite }))).toEqual([
    { httpOnly: true, sameSite: 'Strict' },
  ]);
  expect(JSON.stringify(cookies)).not.toContain(key);
  const board = await page.request.get(`${system.consoleUrl}/bull-board-admin/`);
  expect([board.status(), (await page.request.get(`${system.consoleUrl}/bull-board/`)).status()]).toEqual([
    403, 403,
  ]);
  const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
  expect((await fetch(`${system.consoleUrl}/v1/training/datasets`, foreign)).status).toBe(403);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('API key').waitFor();
  await page.close();
});

async function makeKey(role: string): Promise<string> {
  const program = path.join(import.meta.dirname, '../../apps/standalone/keys.ts');
  const env = { ...process.env, DATABASE_URL: system.databaseUrl };
  const { stdout } = await promisify(execFile)(process.execPath, [program, 'create', '--role', role], {
    env,
  });
  return /ll_\S+/u.exec(stdout)?.[0] ?? '';
}
