import { connectDb } from '@learning-loop/db/connect';
import { listPendingErasures, requestErasure } from '@learning-loop/db/privacy/erasures';
import { finishBuild, requestBuild, takeBuild } from '@learning-loop/db/training/dataset-builds';
import { asTenant } from '@learning-loop/db/transactions';
import { newId } from '@learning-loop/events/ids';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { expect, onTestFinished, test } from 'vitest';
import { appsForTest, askRaw } from './apps.ts';

const attacker = 'acme';
const other = 'globex';

test('a tenant whose requests hold connections for long leaves some to the others', async () => {
  await using db = connectDb(await databaseForTest(), { max: 6 });
  const [release, entered] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let holding = 0;
  const attack = Array.from({ length: 50 }, () =>
    asTenant(db, attacker, async () => {
      holding += 1;
      if (holding === 3) entered.resolve();
      await release.promise;
    }),
  );
  await entered.promise;
  for (let i = 0; i < 3; i += 1)
    expect(await asTenant(db, other, (tx) => tx.selectFrom('memories').selectAll().execute())).toEqual([]);
  expect(holding).toBe(3);
  release.resolve();
  await Promise.all(attack);
  expect(holding).toBe(50);
});

test('a tenant that opens as many live pages as it can leaves room for the others', async () => {
  const apps = await appsForTest();
  const gateway = await apps.start('gateway');
  const console = await apps.start('console', { GATEWAY_URL: gateway });
  const cookieOf = async (tenant: string) => {
    const { authorization } = await apps.createKey('reader', tenant);
    const signedIn = await askRaw(console, '/api/session', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ key: authorization.replace('Bearer ', '') }),
    });
    return String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  };
  const [own, others] = [await cookieOf(attacker), await cookieOf(other)];
  const closing = new AbortController();
  onTestFinished(() => closing.abort());
  const open = async (cookie: string, signal = closing.signal) =>
    (await fetch(`${console}/api/live/queues`, { headers: { cookie }, signal })).status;
  const attack = await Promise.all(Array.from({ length: 30 }, () => open(own)));
  expect(attack.filter((status) => status === 200)).toHaveLength(20);
  expect(attack.filter((status) => status === 429)).toHaveLength(10);
  expect(await open(others)).toBe(200);
  closing.abort();
  const again = new AbortController();
  onTestFinished(() => again.abort());
  await expect.poll(() => open(own, again.signal)).toBe(200);
});

test('a tenant that asks for many builds and erasures does not keep the others waiting for all of them', async () => {
  await using db = connectDb(await databaseForTest());
  for (let i = 0; i < 5; i += 1) await requestBuild(db, attacker, newId());
  await requestBuild(db, other, newId());
  const order: string[] = [];
  for (let build = await takeBuild(db, 1_000); build; build = await takeBuild(db, 1_000)) {
    order.push(build.tenant_id);
    await finishBuild(db, build, { status: 'empty', error: '' });
  }
  expect(order).toEqual([attacker, other, attacker, attacker, attacker, attacker]);

  for (let i = 0; i < 5; i += 1)
    await requestErasure(db, { tenant_id: attacker, user_id: `user-${i}` }, newId());
  await requestErasure(db, { tenant_id: other, user_id: 'ada' }, newId());
  const erasures = await listPendingErasures(db, 3);
  expect(erasures.map(({ user_id }) => user_id)).toEqual(['user-0', 'ada', 'user-1']);
});
