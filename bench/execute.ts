import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { sql } from 'kysely';
import { createAuthHeader, limited, unlimited } from './authorized.ts';
import { type Environment, openEnvironment } from './environment/environment.ts';
import { run, waitUntilAnswering } from './environment/processes.ts';
import { openInteractions, openPlainInteractions, toExecuteBody } from './interactions.ts';
import { send } from './load/send.ts';
import { median } from './median.ts';
import type { Metric } from './metric.ts';

const rounds = 3;
const users = 1_000;
const wide = { connections: 64, requests: 6_000 };
const narrow = { connections: 1, requests: 600 };

/** The full route of `execute` against the plain one, in turn: requests a second wide, latency narrow. */
export async function execute(): Promise<Metric[]> {
  await using environment = await openEnvironment();
  const headers = await createAuthHeader(environment.db);
  const full = await environment.app('gateway', unlimited);
  const limiting = await environment.app('gateway', limited);
  await using plain = await startPlain(environment);
  const fullRoute: Route = { url: full.url, headers, prepare: openInteractions };
  const limitedRoute: Route = { ...fullRoute, url: limiting.url };
  const plainRoute = { url: plain.url, headers: {}, prepare: openPlainInteractions };
  const measure = (route: Route, shape: typeof wide) => measureSelections(environment, route, shape);
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
  const { rows } = await sql<{ n: number }>`select count(*) as n from selections`.execute(environment.db);
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

async function measureSelections(
  environment: Environment,
  { url, headers, prepare }: Route,
  { connections, requests }: typeof wide,
) {
  const bodies = (await prepare(environment.db, requests, users)).map(toExecuteBody);
  const seen = await send({ url, path: '/v1/execute', headers, bodies, connections });
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${requests} requests to ${url} failed.`);
  return seen;
}

async function startPlain({ databaseUrl, redisUrl }: Environment) {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = run('bench/plain/server.ts', [], {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    PORT: String(port),
  });
  await waitUntilAnswering(`${url}/livez`);
  return { ...server, url };
}
