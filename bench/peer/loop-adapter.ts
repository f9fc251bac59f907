import { Readable } from 'node:stream';
import { untilLearned } from '../environment/until-learned.ts';
import { send } from '../load/send.ts';
import type { Asked } from './create-exchanges.ts';
import { type Exchange, memoryOf } from './exchange.ts';
import type { Loop } from './loop.ts';

export interface Shape {
  /** How many requests at the same time. */
  atOnce: number;
  /** How many memories a search wants. */
  most: number;
}

/** Picks a second, from the first one sent until all consumers have learned the last one, for good. */
export async function addsPerSecond({ url, stage, app }: Loop, asked: Asked[], { atOnce }: Shape) {
  const bodies = asked.map(({ question, ...pick }) => JSON.stringify(pick));
  const seen = await send({ url, path: '/v1/execute', headers: app, bodies, connections: atOnce });
  await untilLearned(stage.db);
  const ms = performance.timeOrigin + performance.now() - seen.startedAt;
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${asked.length} picks failed.`);
  return (asked.length * 1000) / ms;
}

/** Searches a second, of each exchange among its user's memories. */
export async function searchesPerSecond({ url, reader }: Loop, all: Exchange[], { atOnce, most }: Shape) {
  const paths = all.map((exchange) => pathOf(exchange, most));
  const seen = await send({ url, headers: reader, paths, connections: atOnce });
  if (seen.failed > 0) throw new Error(`${seen.failed} of ${all.length} searches failed.`);
  return seen.perSecond;
}

/** How many searches come back with the exchange that was looked for. */
export async function found({ url, reader }: Loop, all: Exchange[], { atOnce, most }: Shape) {
  const finds = async (exchange: Exchange) => {
    const response = await fetch(url + pathOf(exchange, most), { headers: reader });
    const { memories } = (await response.json()) as { memories: { content: string }[] };
    return memories.some(({ content }) => content === memoryOf(exchange));
  };
  return (await Readable.from(all).map(finds, { concurrency: atOnce }).toArray()).filter(Boolean).length;
}

const pathOf = ({ user_id, input_text }: Exchange, most: number) =>
  `/v1/users/${user_id}/memories?query=${encodeURIComponent(input_text)}&limit=${most}`;
