import { Readable } from 'node:stream';
import { untilLearned } from '../environment/until-learned.ts';
import { send } from '../load/send.ts';
import type { OpenExchange } from './create-exchanges.ts';
import { type Exchange, toMemoryText } from './exchange.ts';
import type { Loop } from './loop.ts';

export interface Shape {
  /** How many requests at the same time. */
  atOnce: number;
  /** How many memories a search wants. */
  most: number;
}

/** Selections per second, until all consumers have learned the last one. */
export async function measureAdds(
  { url, environment, app }: Loop,
  exchanges: OpenExchange[],
  { atOnce }: Shape,
) {
  const bodies = exchanges.map(({ question, ...selection }) => JSON.stringify(selection));
  const seen = await send({ url, path: '/v1/execute', headers: app, bodies, connections: atOnce });
  await untilLearned(environment.db);
  const ms = performance.timeOrigin + performance.now() - seen.startedAt;
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${exchanges.length} picks failed.`);
  return (exchanges.length * 1000) / ms;
}

/** Searches a second, of each exchange among its user's memories. */
export async function measureSearches({ url, reader }: Loop, all: Exchange[], { atOnce, most }: Shape) {
  const paths = all.map((exchange) => toPath(exchange, most));
  const seen = await send({ url, headers: reader, paths, connections: atOnce });
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${all.length} searches failed.`);
  return seen.perSecond;
}

/** How many searches come back with the exchange that was looked for. */
export async function countFound({ url, reader }: Loop, all: Exchange[], { atOnce, most }: Shape) {
  const finds = async (exchange: Exchange) => {
    const response = await fetch(url + toPath(exchange, most), { headers: reader });
    const { memories } = (await response.json()) as { memories: { content: string }[] };
    return memories.some(({ content }) => content === toMemoryText(exchange));
  };
  return (await Readable.from(all).map(finds, { concurrency: atOnce }).toArray()).filter(Boolean).length;
}

const toPath = ({ user_id, input_text }: Exchange, most: number) =>
  `/v1/users/${user_id}/memories?query=${encodeURIComponent(input_text)}&limit=${most}`;
