import { expect, test } from 'vitest';
import { appsForTest } from './apps.ts';
import { storeHistory } from './long-texts.ts';

/** Node's heap in MB: about a fifth of what the chart gives a gateway, for a fifth of the data. */
const heap = '--max-old-space-size=120';
const large = { picks: 300, inputLength: 8_000, questionLength: 2_000, questions: 10 };

test('exports of large users, all at once, end neither the gateway nor each other', {
  timeout: 180_000,
}, async () => {
  const apps = await appsForTest({ NODE_OPTIONS: heap });
  const url = await apps.start('gateway');
  const [admin, other] = [await apps.createKey('admin', 'acme'), await apps.createKey('admin', 'globex')];
  await storeHistory(apps.db, { ...large, tenant_id: 'acme', user_id: 'ada' });
  await storeHistory(apps.db, { ...large, picks: 1, tenant_id: 'globex', user_id: 'ada' });
  const exportOf = async (headers: Record<string, string>) => {
    const response = await fetch(`${url}/v1/users/ada/export`, { headers });
    return { status: response.status, text: await response.text() };
  };
  const [own, ...all] = await Promise.all([
    exportOf(other),
    ...Array.from({ length: 8 }, () => exportOf(admin)),
  ]);
  expect(own.status, 'another tenant').toBe(200);
  expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 429, 429, 429, 429, 429, 429]);
  for (const { text } of all.filter(({ status }) => status === 200))
    expect(JSON.parse(text).held.selections).toHaveLength(large.picks);
  expect((await exportOf(admin)).status, 'when they have ended').toBe(200);
});

test('a client that stops reading frees its place for others', async () => {
  const apps = await appsForTest();
  const url = await apps.start('gateway');
  const headers = await apps.createKey('admin', 'acme');
  await storeHistory(apps.db, { ...large, picks: 100, tenant_id: 'acme', user_id: 'ada' });
  const leave = async () => {
    const controller = new AbortController();
    const { body } = await fetch(`${url}/v1/users/ada/export`, { headers, signal: controller.signal });
    await body?.getReader().read();
    controller.abort();
  };
  await Promise.all([leave(), leave()]);
  const status = async () => {
    const response = await fetch(`${url}/v1/users/ada/export`, { headers });
    await response.arrayBuffer();
    return response.status;
  };
  await expect.poll(status).toBe(200);
});
