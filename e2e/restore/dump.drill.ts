import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { connectClient } from 'standalone/demo/client';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { expect, test } from 'vitest';
import { refusalOf, repair, select, startApp } from './apps.ts';
import { createOwner, findInstallations, type Installation, startPostgres } from './postgres-versions.ts';

const installations = await findInstallations();
const run = promisify(execFile);

/** Of these versions; a dump is made by programs that are as new as the server, at least. */
interface Drill {
  from: Installation;
  to: Installation;
  tools: NonNullable<Installation['dump']>;
}

const pairs = [15, 18].flatMap((from) => [15, 18].map((to) => ({ from, to })));

function prepare({ from, to }: { from: number; to: number }): Drill | string {
  const [source, target] = [from, to].map((major) => installations.find((each) => each.major === major));
  const tools = installations.find(({ major, dump }) => dump && major >= from && major >= Math.min(to, from));
  if (!source || !target) return `there is no PostgreSQL ${source ? to : from} here`;
  if (!tools?.dump)
    return `there is no pg_dump of PostgreSQL ${from} here: name its directory in POSTGRES_BIN`;
  return from > to
    ? `a dump of ${from} is not for an older server`
    : { from: source, to: target, tools: tools.dump };
}

test.each(pairs)(
  'a dump of PostgreSQL $from, restored into a new $to, says what it lacks, is repaired, and goes on',
  {
    timeout: 120_000,
  },
  async (pair) => {
    const drill = prepare(pair);
    if (typeof drill === 'string') {
      process.stdout.write(`NOT RUN: from ${pair.from} to ${pair.to}: ${drill}.\n`);
      return;
    }
    const { from, to, tools } = drill;
    const [source, target] = await Promise.all([startPostgres(from), startPostgres(to)]);
    const old = await createOwner(source, 'shop', 'createrole');
    const before = await startApp('gateway', old);
    const interaction = await select(before.url, 'build api');
    await before.stop();
    const file = path.join(await temporaryDirectory(), 'dump');
    await run(tools.dump, ['--format=custom', `--file=${file}`, old]);

    const restored = await createOwner(target, 'restored', 'createrole');
    const warnings = await run(tools.restore, ['--no-owner', `--dbname=${restored}`, file]).catch(
      (error: Error) => error.message,
    );
    expect(warnings).toMatch(/role "learning_loop_tenant" does not exist/);
    expect(await refusalOf('gateway', restored)).toMatch(
      /^The database lacks its roles and policies, [^\n]*run apps\/gateway\/repair\.ts[^\n]*\.$/,
    );
    expect(await repair(restored)).toMatch(/^The database has its roles \(learning_loop_tenant, [^\n]*\.\n$/);

    const gateway = await startApp('gateway', restored);
    const client = connectClient(gateway.url);
    expect(await client.interaction(interaction)).toMatchObject({
      interaction_id: interaction,
      learned: false,
    });
    await Promise.all(
      ['trainer', 'memory-worker', 'persona-worker', 'training-log-worker'].map((app) =>
        startApp(app, restored),
      ),
    );
    await untilOutboxEmpty(client);
    expect(await client.interaction(interaction)).toMatchObject({ learned: true });
    expect((await client.memories('ada')).map(({ type }) => type)).toContain('history');
  },
);

test('a dump that the superuser restored becomes a user’s who may not create roles', async () => {
  const drill = prepare({ from: 15, to: 18 });
  if (typeof drill === 'string') {
    process.stdout.write(`NOT RUN: restore by the superuser: ${drill}.\n`);
    return;
  }
  const [source, target] = await Promise.all([startPostgres(drill.from), startPostgres(drill.to)]);
  const old = await createOwner(source, 'shop', 'createrole');
  const before = await startApp('gateway', old);
  await select(before.url, 'build api');
  await before.stop();
  const file = path.join(await temporaryDirectory(), 'dump');
  await run(drill.tools.dump, ['--format=custom', `--file=${file}`, old]);
  const restored = await createOwner(target, 'restored', '');
  const admin = new URL('/restored', target.url).href;
  await run(drill.tools.restore, ['--no-owner', `--dbname=${admin}`, file]).catch(() => undefined);
  expect(await refusalOf('memory-worker', restored)).toMatch(
    /^The user of DATABASE_URL has too few rights: [^\n]*, or, [^\n]* apps\/gateway\/repair\.ts with --owner\.$/,
  );
  await repair(admin, '--owner', 'restored');
  const { url } = await startApp('gateway', restored);
  await Promise.all(
    ['trainer', 'memory-worker', 'persona-worker', 'training-log-worker'].map((app) =>
      startApp(app, restored),
    ),
  );
  await select(url, 'deploy api');
  await untilOutboxEmpty(connectClient(url));
});
