import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRoutes } from 'gateway/testing/openapi-routes';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { searchFiles } from '../erasure/search.ts';
import { fillTwin, firstQuestion, type Ids, registerModels, select, untilErased } from './fill.ts';
import { consoleReads, gatewayReads, type Read } from './reads.ts';
import { startTwins, type Twin, type TwinSystem } from './twins.ts';

/** Two tenants go through the whole loop, one after the other. */
const patience = { timeout: 180_000 };
let system: TwinSystem;
beforeAll(async () => {
  system = await startTwins();
}, 120_000);
afterAll(() => system?.[Symbol.asyncDispose]());

/** For the tables in reads.ts. */
const tenants = ['acme', 'acme2'] as const;
const everyRead = (): [string, Read, 'call' | 'read'][] => [
  ...Object.entries(gatewayReads).flatMap(([name, read]): [string, Read, 'call'][] =>
    read === 'of all tenants' ? [] : [[name, read, 'call']],
  ),
  ...Object.entries(consoleReads).map(([name, read]): [string, Read, 'read'] => [name, read, 'read']),
];

/** All that a twin can read, as text, by address. */
async function readAll(twin: Twin, ids: Ids): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [, { addresses, keep = (body: unknown) => body }, from] of everyRead()) {
    for (const address of addresses(ids)) {
      const body = await (from === 'call' ? twin.call('GET', address) : twin.read(address));
      found.set(address, JSON.stringify(keep(body)));
    }
  }
  return found;
}

function expectOwn(own: Twin, ids: Ids, found: Map<string, string>): void {
  const tenant = tenants.find((name) => name === own.tenant_id) ?? 'acme';
  for (const [name, read] of everyRead()) {
    const [first = ''] = read.addresses(ids);
    expect(read.tell(JSON.parse(found.get(first) ?? 'null')), name).toEqual(read[tenant]);
    for (const address of read.addresses(ids))
      expect(found.get(address)?.includes(own.word), `${own.word} at ${address}`).toBe(read.hasWords);
  }
}

function expectNothingOf(other: Twin, ids: Ids, found: Map<string, string>): void {
  for (const [address, text] of found)
    for (const foreign of [other.word, ...Object.values(ids)])
      expect(text.includes(foreign), `${foreign} of ${other.tenant_id} at ${address}`).toBe(false);
}

function expectSame(found: Map<string, string>, before: Map<string, string>): void {
  for (const [address, text] of before)
    expect(JSON.parse(found.get(address) ?? 'null'), address).toEqual(JSON.parse(text));
}

/** What a first question is answered, with all that the ranking measured; without what names the interaction. */
async function askFirst(twin: Twin) {
  const { interaction_id, ...answer } = await twin.call('POST', '/v1/hypothesize', firstQuestion);
  const { hypotheses } = await twin.call('GET', `/v1/interactions/${interaction_id}`);
  return { ...answer, hypotheses };
}

/** Lines of the training log with this word, in any order. */
async function linesWith(word: string): Promise<string[]> {
  const files = await searchFiles(path.join(system.directory, 'training'), word);
  const segments = files.filter((file) => !file.includes('/datasets/'));
  const texts = await Promise.all(segments.map((file) => readFile(file, 'utf8')));
  return texts.flatMap((text) => text.split('\n').filter((line) => line.includes(word))).toSorted();
}

async function expectOwnFiles(own: Twin, other: Twin): Promise<void> {
  const lines = await linesWith(own.word);
  expect(new Set(lines.map((line) => JSON.parse(line).tenant_id))).toEqual(new Set([own.tenant_id]));
  const datasets = path.join(system.directory, 'training/datasets');
  expect((await readdir(datasets)).toSorted()).toEqual(['tenant=acme', 'tenant=acme2']);
  const dataset = path.join(datasets, `tenant=${own.tenant_id}`);
  expect(await searchFiles(dataset, own.word)).not.toEqual([]);
  expect(await searchFiles(dataset, other.word)).toEqual([]);
}

async function expectErased({ word, call, status }: Twin, other: Twin, ids: Ids) {
  expect(await linesWith(word)).toEqual([]);
  expect(await searchFiles(path.join(system.directory, 'training'), word)).toEqual([]);
  expect((await call('GET', '/v1/users/ada/persona')).interaction_count).toBe(0);
  expect((await call('GET', '/v1/users/ada/memories?include=superseded')).memories).toEqual([]);
  expect(await status(`/v1/interactions/${ids.interaction_id}`)).toBe(404);
  const { context } = await call('POST', '/v1/hypothesize', firstQuestion);
  expect(context).toMatchObject({ interaction_count: 0, recent_goals: [], preferences: [] });
  expect(JSON.stringify(context)).not.toContain(other.word);
}

test('two tenants with the same users: nothing of the one appears in the other', patience, async () => {
  const { acme, acme2, client } = system;
  await registerModels(acme2);
  const asked = await askFirst(acme2);
  const acme2Ids = await fillTwin(system, acme2);
  const acme2Alone = await readAll(acme2, acme2Ids);
  expectOwn(acme2, acme2Ids, acme2Alone);

  // Second, since what begins with its name is there by then.
  await registerModels(acme);
  expect(await askFirst(acme), 'as if nobody had learned').toEqual(asked);
  const acmeIds = await fillTwin(system, acme);
  const acmeFound = await readAll(acme, acmeIds);
  expectOwn(acme, acmeIds, acmeFound);
  expectNothingOf(acme2, acme2Ids, acmeFound);
  expectSame(await readAll(acme2, acme2Ids), acme2Alone);
  expectNothingOf(acme, acmeIds, acme2Alone);
  await expectOwnFiles(acme, acme2);
  await expectOwnFiles(acme2, acme);

  const lines = await linesWith(acme2.word);
  await untilErased(acme, (await acme.call('DELETE', '/v1/users/ada')).erasure_id);
  expectSame(await readAll(acme2, acme2Ids), acme2Alone);
  expect(await linesWith(acme2.word)).toEqual(lines);
  await expectErased(acme, acme2, acmeIds);

  const { interaction_id } = await select(acme2, 'ada', `build ${acme2.word} again`);
  await untilOutboxEmpty(client);
  expect((await acme2.call('GET', `/v1/interactions/${interaction_id}`)).learned).toBe(true);
  expect((await acme2.call('GET', '/v1/users/ada/persona')).interaction_count).toBe(4);
});

test('every route that reads says what it tells each of two tenants', async () => {
  const document: unknown = await (await fetch(`${system.gatewayUrl}/docs/json`)).json();
  const described = parseRoutes(document).filter(({ method }) => method === 'GET');
  expect(Object.keys(gatewayReads).toSorted()).toEqual(described.map(({ name }) => name).toSorted());

  const folder = path.join(import.meta.dirname, '../../apps/console/routes');
  const sources = await Promise.all(
    (await readdir(folder)).map((name) => readFile(path.join(folder, name), 'utf8')),
  );
  const routes = sources.flatMap((source) =>
    [...source.matchAll(/server\.get(?:<[^(]+>)?\(\s*'(\/api\/[^']+)'/gu)].map(([, name]) => String(name)),
  );
  expect(Object.keys(consoleReads).toSorted()).toEqual(routes.toSorted());
});
