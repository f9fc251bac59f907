import { execFile } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectLearningLoop } from '@learning-loop/client/connect';

/**
 * Breaks the compose project that runs here while picks are made: what a pick passes is killed with SIGKILL, in turn, and
 * started again. Then it counts whether each accepted pick was learned, and once. Exits with 1 when one was not.
 */
const users = 100;
const callers = 16;
/** So many picks are made between one kill and the next, so that each meets the loop at work. */
const between = 200;
const killed = ['persona-worker', 'training-log-worker', 'memory-worker', 'gateway', 'redis', 'postgres'];

const [command = '', ...first] = (process.env['COMPOSE'] ?? 'docker compose').split(' ');
const compose = async (...args: string[]) => (await promisify(execFile)(command, [...first, ...args])).stdout;
const loop = connectLearningLoop(`http://127.0.0.1:${process.env['PORT'] || 8080}`, { attempts: 12 });

const before = await learned();
let accepted = 0;
const ended = new AbortController();
const picking = pickUntil(ended.signal);
await killOneAfterTheOther();
ended.abort();
await picking;
await nothingIsOwed();
const after = await learned();
const added = Object.entries(after).map(([where, count]) => [where, count - (before[where] ?? 0)] as const);
const lines = added.map(([where, count]) => `  ${where}: ${count}`);
process.stdout.write(`accepted: ${accepted}, of which learned\n${lines.join('\n')}\n`);
process.exitCode = added.every(([, count]) => count === accepted) ? 0 : 1;

/** Every text is asked once, so each pick leaves one line in the history. */
async function pickUntil(signal: AbortSignal): Promise<void> {
  const run = Date.now();
  let next = 0;
  const caller = async () => {
    while (!signal.aborted) {
      const n = next++;
      await pick({ user_id: `drill-${n % users}`, input_text: `build api ${run}-${n}` });
      accepted += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

async function pick(asked: { user_id: string; input_text: string }): Promise<void> {
  const shown = await loop.POST('/v1/hypothesize', { body: asked });
  const interaction_id = shown.data?.interaction_id;
  if (interaction_id === undefined) throw new Error(`not proposed: ${JSON.stringify(shown.error)}`);
  const picked = await loop.POST('/v1/execute', { body: { ...asked, interaction_id, hypothesis_id: 'h1' } });
  if (!picked.data) throw new Error(`not accepted: ${JSON.stringify(picked.error)}`);
}

async function killOneAfterTheOther(): Promise<void> {
  for (const service of killed) {
    await Promise.race([picking, morePicks()]);
    await compose('kill', '-s', 'SIGKILL', service);
    process.stdout.write(`${service} was killed after ${accepted} picks\n`);
    await compose('start', service);
  }
  await Promise.race([picking, morePicks()]);
}

async function morePicks(): Promise<void> {
  const enough = accepted + between;
  while (accepted < enough) await setTimeout(100);
}

async function nothingIsOwed(): Promise<void> {
  while ((await loop.GET('/readyz')).data?.outbox_pending !== 0) await setTimeout(1_000);
}

async function learned(): Promise<Record<string, number>> {
  const count = async (query: string) =>
    Number(await compose('exec', '-T', 'postgres', 'psql', '-U', 'learning_loop', '-Atc', query));
  const { data } = await loop.GET('/v1/training/stats');
  return {
    picks: await count('select count(*) from selections'),
    'lines of the training log': data?.hypotheses_count ?? Number.NaN,
    'memories of history': await count("select count(*) from memories where type = 'history'"),
    'picks in personas': await count('select coalesce(sum(interaction_count), 0) from personas'),
  };
}
