import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { connectClient } from '../harness/client.ts';
import { goOn, stopInTransaction } from '../harness/freeze.ts';
import { makeSelection, readText, startLoad } from '../harness/load.ts';
import { checkAllAnswered } from '../harness/measure.ts';
import { type System, workers } from '../harness/system.ts';

/** From the freeze until others have learned what was pending, and erased who asked for it. */
const TAKEN_OVER_MS = 15_000;
const WAIT_MS = 120_000;

interface Freeze {
  name: string;
  /** In ms, from the freeze. */
  learnedMs: number;
  erasedMs: number;
}

/** In the middle of a transaction, whose locks nobody else may take; each user erased meanwhile stays erased. */
export const frozenProcesses: Fault = {
  number: 22,
  name: 'SIGSTOP of each worker and of the trainer in mid-transaction',
  short: true,
  async run({ size, start }) {
    const frozenMs = size.short ? 14_000 : 60_000;
    const two = { 'training-log-worker': 2, 'memory-worker': 2, 'persona-worker': 2, trainer: 2 };
    const system = await start({ replicas: two });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 60 : 100 });
    await load.reached(size.selections / 10);
    const freezes = [
      ...workers.map((app) => () => freezeWorker(system, app, frozenMs)),
      () => freezeTrainer(system, frozenMs),
    ];
    const all: Freeze[] = [];
    if (size.short) all.push(...(await Promise.all(freezes.map((freeze) => freeze()))));
    else for (const freeze of freezes) all.push(await freeze());
    await load.reached(size.selections);
    await load.stop();
    const recoveryMs = await system.caughtUp();
    const { broken, late } = checkAllAnswered(load.attempts);
    const slow = all.filter(({ learnedMs, erasedMs }) => Math.max(learnedMs, erasedMs) > TAKEN_OVER_MS);
    const lateOnes = slow.map(({ name, learnedMs, erasedMs }) => `${name}: ${describe(learnedMs, erasedMs)}`);
    const [learned, erased] = [
      Math.max(...all.map(({ learnedMs }) => learnedMs)),
      Math.max(...all.map(({ erasedMs }) => erasedMs)),
    ];
    const notes = `${all.length} processes for ${frozenMs / 1000} s each; ${describe(learned, erased)} at most`;
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken,
      late: [...late, ...lateOnes],
    };
  },
};

const describe = (learnedMs: number, erasedMs: number) =>
  `others had learned what was pending ${after(learnedMs)}, and erased a user ${after(erasedMs)}`;

const after = (ms: number) =>
  Number.isFinite(ms) ? `after ${(ms / 1000).toFixed(1)} s` : 'never in that time';

/** In ms, from `at`; infinite if it takes longer than the freeze. */
async function timeWithin(frozenMs: number, at: number, done: Promise<unknown>): Promise<number> {
  const over = sleep(frozenMs, Number.POSITIVE_INFINITY, { ref: false });
  return await Promise.race([done.then(() => performance.now() - at), over]);
}

async function freezeWorker(
  system: System,
  app: (typeof workers)[number],
  frozenMs: number,
): Promise<Freeze> {
  const [frozen] = system.of(app);
  if (!frozen) throw new Error(`${app} does not run.`);
  const user = await meetUser(system, app);
  await stopInTransaction(system, frozen);
  const at = performance.now();
  const erasure = await requestErasure(system, user);
  const [learnedMs, erasedMs] = await Promise.all([
    timeWithin(frozenMs, at, system.caughtUp()),
    timeWithin(frozenMs, at, untilErased(system, erasure)),
    sleep(frozenMs),
  ]);
  await goOn(system, frozen);
  return { name: app, learnedMs, erasedMs };
}

/** While it erases: it waits for a lock that we hold, gets it when it is frozen, and keeps it and all before. */
async function freezeTrainer(system: System, frozenMs: number): Promise<Freeze> {
  const user = await meetUser(system, 'trainer');
  await system.caughtUp();
  // Held by a session: the erasure begins when all transactions have ended.
  const holder = new pg.Client({ connectionString: system.databaseUrl });
  holder.on('error', () => undefined);
  await holder.connect();
  await holder.query('select pg_advisory_lock(22)');
  await holder.query(
    `create function wait_for_us() returns trigger language plpgsql as
     $$ begin perform pg_advisory_xact_lock(22); return old; end $$`,
  );
  await holder.query(
    `create trigger wait_for_us before delete on selections for each row
     when (old.user_id = '${user}') execute function wait_for_us()`,
  );
  const erasure = await requestErasure(system, user);
  const blocked = async () => {
    const names = await system.column(
      `select application_name as id from pg_stat_activity
      where application_name like 'trainer-%' and cardinality(pg_blocking_pids(pid)) > 0`,
    );
    return system.of('trainer').find(({ name }) => names.includes(name)) ?? null;
  };
  const frozen = await until(blocked, WAIT_MS, `No trainer erases; see ${system.directory}.`);
  frozen.send('SIGSTOP');
  const at = performance.now();
  await holder.end();
  const [learnedMs, erasedMs] = await Promise.all([
    timeWithin(frozenMs, at, system.caughtUp()),
    timeWithin(frozenMs, at, untilErased(system, erasure)),
    sleep(frozenMs),
  ]);
  await goOn(system, frozen);
  return { name: 'trainer', learnedMs, erasedMs };
}

/** A user of its own, whose selections are not counted: all of them will be erased. */
async function meetUser(system: System, name: string): Promise<string> {
  const client = connectClient(system.urls);
  const user_id = `erased during the freeze of ${name}`;
  for (let i = 0; i < 5; i++)
    await makeSelection(client, { i, user_id, input_text: `erase me, ${name} ${i}` });
  return user_id;
}

async function requestErasure(system: System, user: string): Promise<string> {
  const response = await fetch(`${system.urls[0]}/v1/users/${encodeURIComponent(user)}`, {
    method: 'DELETE',
  });
  const answer: unknown = await response.json();
  return readText(answer, 'erasure_id');
}

async function untilErased(system: System, erasure: string): Promise<void> {
  const done = async () => {
    const [id] = await system.column(
      'select erasure_id as id from erasures where erasure_id = $1 and done_at is not null',
      [erasure],
    );
    return id ?? null;
  };
  await until(done, WAIT_MS, `The erasure ${erasure} is not done; see ${system.directory}.`);
}
