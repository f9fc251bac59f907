import { listBuilds } from '@learning-loop/db/training/dataset-builds';
import { asTenant } from '@learning-loop/db/transactions';
import { databaseNow } from '@learning-loop/events/clock';
import { HttpError } from '@learning-loop/service/errors';
import { holdsMetricsKey, metricsKeyNeeded } from '@learning-loop/service/observability/health-server';
import type { ConsoleContext, RouteGroup } from '../context.ts';
import { type Snapshot, sumSeries } from '../metrics/derive.ts';
import type { State } from './schemas.ts';

/** GET /livez, /readyz and /metrics. */
export const health: RouteGroup =
  ({ db, metrics, config }) =>
  async (server) => {
    server.get('/livez', async () => ({ status: 'live' }));
    server.get('/readyz', async (_request, reply) => {
      const ready = await db
        .selectNoFrom((no) => no.lit(1).as('one'))
        .execute()
        .then(
          () => true,
          () => false,
        );
      return reply.status(ready ? 200 : 503).send({ ready, missing: ready ? [] : ['postgres'] });
    });
    server.get('/metrics', async (request, reply) => {
      if (!holdsMetricsKey(request.headers.authorization, config.metrics.key))
        throw new HttpError(401, 'key_needed', metricsKeyNeeded);
      return reply.type(metrics.contentType).send(await metrics.metrics());
    });
  };

/** For people: the state of each part, and what to do about problems. */
export async function healthSummary(console: ConsoleContext, tenantId: string): Promise<State[]> {
  const latest = console.measurements.recentPair()?.[1];
  return await Promise.all([
    checkPostgres(console),
    checkQueues(console, latest),
    checkModel(latest),
    checkTrainer(console, tenantId),
  ]);
}

async function checkPostgres({ db }: ConsoleContext): Promise<State> {
  const started = performance.now();
  await db.selectNoFrom((no) => no.lit(1).as('one')).execute();
  const ms = performance.now() - started;
  return {
    name: 'Postgres',
    level: ms < 500 ? 'good' : 'attention',
    text: `Answers in ${ms.toFixed(ms < 10 ? 1 : 0)} ms.`,
  };
}

async function checkQueues({ config, queues }: ConsoleContext, latest: Snapshot | undefined): Promise<State> {
  const backend = config.redisUrl === undefined ? 'in Postgres' : 'in Redis';
  const up = await queues.counts('memory').then(
    () => true,
    () => false,
  );
  const isFull = latest !== undefined && sumSeries(latest, 'learning_loop_queue_full_since_seconds', {}) > 0;
  if (up && isFull)
    return {
      name: 'Queues',
      level: 'attention',
      text: `Live ${backend}, whose memory is full: events are learned from the outbox. Give it more memory.`,
    };
  if (up) return { name: 'Queues', level: 'good', text: `Live ${backend} and answer.` };
  return {
    name: 'Queues',
    level: 'bad',
    text: `Live ${backend}, which is away. What is accepted waits in the outbox.`,
  };
}

function checkModel(latest: Snapshot | undefined): State {
  const of = (state: string) => (latest ? sumSeries(latest, 'llm_breakers', { state }) : 0);
  const [open, half, closed] = [of('open'), of('half_open'), of('closed')];
  if (open > 0)
    return { name: 'Model', level: 'attention', text: 'Given up on for a while; the rules answer instead.' };
  if (half > 0) return { name: 'Model', level: 'attention', text: 'Is being tried again after failures.' };
  if (closed > 0) return { name: 'Model', level: 'good', text: 'Answers.' };
  return { name: 'Model', level: 'good', text: 'None configured: the rules answer.' };
}

async function checkTrainer({ db }: ConsoleContext, tenantId: string): Promise<State> {
  const [newest] = await asTenant(db, tenantId, (tx) => listBuilds(tx, tenantId, 1));
  if (!newest) return { name: 'Trainer', level: 'good', text: 'Has built no dataset yet.' };
  const { status, error, requested_at, finished_at } = newest;
  if (status === 'failed') return { name: 'Trainer', level: 'bad', text: `The last build failed: ${error}` };
  if (status === 'empty')
    return { name: 'Trainer', level: 'good', text: `Had nothing to learn from ${formatAge(finished_at)}.` };
  if (status === 'done')
    return { name: 'Trainer', level: 'good', text: `Built a dataset ${formatAge(finished_at)}.` };
  const isLate = databaseNow() - requested_at.getTime() > 60_000 && status === 'queued';
  if (isLate)
    return {
      name: 'Trainer',
      level: 'attention',
      text: 'A build waits to be begun; is the trainer running?',
    };
  return {
    name: 'Trainer',
    level: 'good',
    text: status === 'running' ? 'Builds a dataset now.' : 'Will begin a build.',
  };
}

function formatAge(time: Date | null): string {
  const minutes = Math.round((databaseNow() - (time?.getTime() ?? databaseNow())) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 120) return `${minutes} min ago`;
  return minutes < 2 * 1440 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`;
}
