import { migrateFirst } from '@learning-loop/db/migrate';
import pg from 'pg';
import { connectClient } from 'standalone/demo/client';
import { expect, onTestFinished, test } from 'vitest';
import { repair, select, startApp } from './apps.ts';
import { createOwner, findInstallations, startPostgres } from './postgres-versions.ts';

/** The gateway and a worker of one installation. */
async function startInstallation(databaseUrl: string) {
  const [gateway, worker] = await Promise.all([
    startApp('gateway', databaseUrl),
    startApp('memory-worker', databaseUrl),
  ]);
  const client = connectClient(gateway.url);
  return {
    learn: async (text: string) => {
      await select(gateway.url, text);
      const contents = async () => (await client.memories('ada')).map(({ content }) => content).join();
      await expect.poll(contents).toContain(text);
    },
    stop: async () => void (await Promise.all([gateway.stop(), worker.stop()])),
  };
}

test('two installations on one server: both start and learn, neither reads, breaks or takes along the other', async () => {
  const [embedded] = await findInstallations();
  if (!embedded) throw new Error('npm has no PostgreSQL for this machine');
  const server = await startPostgres(embedded);
  const urls = [
    await createOwner(server, 'one', 'createrole'),
    await createOwner(server, 'two', 'createrole'),
  ];
  const [oneUrl = '', twoUrl = ''] = urls;
  // At the same moment: nobody knows who makes the roles first.
  const [one, two] = await Promise.all([startInstallation(oneUrl), startInstallation(twoUrl)]);
  await Promise.all([one.learn('build api'), two.learn('deploy api')]);

  const intruder = new pg.Client(new URL('/two', oneUrl).href);
  await intruder.connect();
  onTestFinished(() => intruder.end().catch(() => undefined));
  await intruder.query("select set_config('learning_loop.tenant', 'default', false)");
  for (const name of ['learning_loop', 'learning_loop_one', 'learning_loop_two']) {
    const read = intruder
      .query(`set role ${name}_tenant`)
      .then(() => intruder.query('select content from memories'));
    const seen = await read.catch((error: Error) => error.message);
    expect(seen, name).toMatch(/permission denied|does not exist/);
    await intruder.query('reset role');
  }

  await repair(oneUrl);
  await two.learn('write tests');
  await one.stop();
  await server.run(['drop database one with (force)']);
  await server.run([
    `do $$ declare it record; begin for it in
      select distinct roleid::regrole as role from pg_auth_members where member = 'one'::regrole
    loop execute format('drop role %s', it.role); end loop; end $$`,
    'drop role one',
  ]);
  await two.learn('fix bug');
  // A restart.
  expect(await migrateFirst(twoUrl, 'memory')).toMatchObject({ tenant: expect.stringContaining('_tenant') });
});
