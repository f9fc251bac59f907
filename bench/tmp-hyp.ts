import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { newId } from '@learning-loop/events/id';
import { sql } from 'kysely';
import { acceptMany } from './accepted.ts';
import { send } from './load/send.ts';
import { openStage } from './stage/stage.ts';
import { usageOf } from './stage/usage.ts';

const users = 500,
  memoriesPerUser = 100;
const texts = ['build api', 'deploy the service', 'fix the login bug', 'write tests for the parser', 'auth'];
const candidates = [
  'Do you want a short answer with code?',
  'Do you want a step-by-step guide?',
  'Do you want an overview of the options?',
  'Do you want an example to copy?',
];
await using stage = await openStage();
{
  const rows = Array.from({ length: users * memoriesPerUser }, (_, n) => ({
    user_id: `user-${n % users}`,
    memory_id: newId(),
    type: ['goal', 'preference', 'history', 'history'][Math.floor(n / users) % 4],
    content: `${texts[n % texts.length]} number ${n} with PostgreSQL and Docker`,
    day: n % 300,
  }));
  await sql`insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, first_seen, last_seen)
    select 'default', user_id, memory_id, type, memory_id::text, content, 0.7, '{learned}', now() - make_interval(days => day), now() - make_interval(days => day)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as row(user_id text, memory_id uuid, type text, content text, day int)`.execute(
    stage.db,
  );
  await sql`analyze`.execute(stage.db);
}
await acceptMany(stage.db, users * 4, users);
const gw = await stage.app('gateway', {
  NODE_OPTIONS: process.env['PROF'] ? '--cpu-prof --cpu-prof-dir=/tmp/prof' : '',
});
const pgCpu = () => {
  const tick = 100;
  let sum = 0;
  const pids = execFileSync('pgrep', ['-f', 'postgres'], { encoding: 'utf8' }).trim().split('\n');
  for (const pid of pids) {
    try {
      const s = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const cwd = execFileSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' });
      if (!cwd.includes('bench-')) continue;
      const f = s.slice(s.lastIndexOf(')') + 2).split(' ');
      sum += (Number(f[11]) + Number(f[12])) / tick;
    } catch {}
  }
  return sum;
};
const body = (n: number, more: object) =>
  JSON.stringify({ user_id: `user-${n % users}`, input_text: texts[n % texts.length], ...more });
const rules = (count: number) => Array.from({ length: count }, (_, n) => body(n, {}));
const offered = (count: number) => Array.from({ length: count }, (_, n) => body(n, { candidates }));
const job = { url: gw.url, path: '/v1/hypothesize', headers: {} };
async function phase(name: string, bodies: string[], more: object) {
  const [g, p] = [await usageOf(gw.pid), pgCpu()];
  const seen = await send({ ...job, bodies, connections: 64, ...more });
  const [g2, p2] = [await usageOf(gw.pid), pgCpu()];
  console.log(
    name,
    'per_s',
    seen.perSecond.toFixed(0),
    'p50',
    seen.p50.toFixed(1),
    'p99',
    seen.p99.toFixed(1),
    'failed',
    seen.failed,
    'gateway ms/req',
    ((1000 * (g2.cpuSeconds - g.cpuSeconds)) / bodies.length).toFixed(3),
    'pg ms/req',
    ((1000 * (p2 - p)) / bodies.length).toFixed(3),
    'rss',
    g2.rssMb.toFixed(0),
  );
}
await phase('warm', rules(1500), {});
await phase('steady 200/s', rules(600), { perSecond: 200 });
await phase('steady 500/s', rules(1500), { perSecond: 500 });
await phase('candidates', offered(3000), {});
