import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { sql } from 'kysely';
import { authorized, counted, uncounted } from './authorized.ts';
import { openStage, type Stage } from './environment/environment.ts';
import { answering, run } from './environment/processes.ts';
import { openInteractions, openPlainInteractions, pickOf } from './interactions.ts';
import { send } from './load/send.ts';
import { median } from './median.ts';
import type { Figure } from './metric.ts';

const rounds = 3;
const users = 1_000;
const wide = { connections: 64, requests: 6_000 };
const narrow = { connections: 1, requests: 600 };

/** The full route of `execute` against the plain one, in turn: requests a second wide, latency narrow. */
export async function execute(): Promise<Figure[]> {
  await using stage = await openStage();
  const headers = await authorized(stage.db);
  const full = await stage.app('gateway', uncounted);
  const limiting = await stage.app('gateway', counted);
  await using plain = await startPlain(stage);
  const fullRoute: Route = { url: full.url, headers, prepare: openInteractions };
  const limitedRoute: Route = { ...fullRoute, url: limiting.url };
  const plainRoute = { url: plain.url, headers: {}, prepare: openPlainInteractions };
  const measure = (route: Route, shape: typeof wide) => picks(stage, route, shape);
  for (const route of [fullRoute, limitedRoute, plainRoute]) await measure(route, wide);
  const pairs = [];
  for (let round = 0; round < rounds; round += 1) {
    pairs.push({
      wide: { full: await measure(fullRoute, wide), plain: await measure(plainRoute, wide) },
      limited: await measure(limitedRoute, wide),
      narrow: { full: await measure(fullRoute, narrow), plain: await measure(plainRoute, narrow) },
    });
  }
  const fullAnswers = pairs.flatMap((pair) => [pair.wide.full, pair.limited, pair.narrow.full]);
  const accepted = fullAnswers.reduce((sum, { answered }) => sum + answered, 0);
  const { rows } = await sql<{ n: number }>`select count(*) as n from selections`.execute(stage.db);
  const warm = 2 * wide.requests;
  return [
    {
      name: 'execute, 64 connections: requests a second against the plain route',
      ratio: median(pairs.map(({ wide: { full, plain } }) => full.perSecond / plain.perSecond)),
      goal: { atLeast: 2 },
      details: {
        full_per_second: median(pairs.map((pair) => pair.wide.full.perSecond)),
        plain_per_second: median(pairs.map((pair) => pair.wide.plain.perSecond)),
        limited_ratio: median(pairs.map((pair) => pair.limited.perSecond / pair.wide.plain.perSecond)),
        answered: accepted + warm,
        selections_stored: rows[0]?.n ?? 0,
      },
      meanwhile: pairs.at(-1)?.wide.full.meanwhile,
    },
    {
      name: 'execute, 1 connection: p50 against the plain route',
      ratio: median(pairs.map(({ narrow: { full, plain } }) => full.p50 / plain.p50)),
      goal: { atMost: 1.2 },
      details: {
        full_p50_ms: median(pairs.map((pair) => pair.narrow.full.p50)),
        plain_p50_ms: median(pairs.map((pair) => pair.narrow.plain.p50)),
      },
      meanwhile: pairs.at(-1)?.narrow.full.meanwhile,
    },
  ];
}

interface Route {
  url: string;
  headers: Record<string, string>;
  prepare: typeof openPlainInteractions;
}

async function picks(stage: Stage, { url, headers, prepare }: Route, { connections, requests }: typeof wide) {
  const bodies = (await prepare(stage.db, requests, users)).map(pickOf);
  const seen = await send({ url, path: '/v1/execute', headers, bodies, connections });
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${requests} requests to ${url} failed.`);
  return seen;
}

async function startPlain({ databaseUrl, redisUrl }: Stage) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = run('bench/plain/server.ts', [], {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PORT: String(port),
  });
  await answering(`${url}/livez`);
  return { ...server, url };
}
