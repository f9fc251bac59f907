import { connectDb } from '@learning-loop/db/connect';
import { untilOutboxEmpty } from 'standalone/demo/wait';
import { expect, vi } from 'vitest';
import type { Twin, TwinSystem } from './twins.ts';

/** The same question for both twins: what differs in the answers was learned. */
export const firstQuestion = {
  user_id: 'ada',
  input_text: 'build api',
  candidates: ['Build it with FastAPI', 'Build it with Express', 'Build it with Rails'],
};

/** Under which names the routes ask for what a twin has. */
export interface Ids {
  interaction_id: string;
  memory_id: string;
  erasure_id: string;
  build_id: string;
  version: string;
  dead_letter_id: string;
  experiment_id: string;
  event_id: string;
}

/**
 * Registers the model that serves all of the twin's users: the shipped weights, and one with the twin's word in its name
 * for a feature that is never measured, so that both twins rank alike.
 */
export async function registerModels(twin: Twin): Promise<void> {
  const { models } = await twin.call('GET', '/v1/models');
  const { weights, temperature } = models[0].artifact;
  const model = { kind: 'ranker', temperature, weights: { ...weights, [twin.word]: 0 } };
  for (const model_id of ['mine', 'other'])
    await twin.call('POST', '/v1/models', { ...model, model_id, reason: `for ${twin.word}` });
  await twin.call('POST', '/v1/models/mine/promote', { reason: `for ${twin.word}` });
}

/**
 * Goes through the loop as the users `ada`, `bob` and `eve`, until all of it is learned. `eve` selects once and is
 * erased; `bob` selects once; `ada` does the rest.
 */
export async function fillTwin(system: TwinSystem, twin: Twin): Promise<Ids> {
  const erasure_id = await eraseEve(system, twin);
  const variants = ['mine', 'other'].map((model_id) => ({ model_id, weight: 0.5 }));
  const { experiment_id } = await twin.call('POST', '/v1/experiments', { variants });
  const first = await letAdaSelect(twin);
  await twin.call('PUT', '/v1/users/bob/settings', { training_opt_out: twin.bobOptsOut });
  await select(twin, 'bob', `deploy ${twin.word}`);
  await untilOutboxEmpty(system.client);
  const memory_id = await correctMemories(twin);
  const build = await buildDataset(twin);
  const dead_letter_id = await leaveDeadLetter(system, twin);
  await untilSeen(twin, experiment_id);
  return { ...first, ...build, memory_id, erasure_id, dead_letter_id, experiment_id };
}

async function eraseEve({ client }: TwinSystem, twin: Twin): Promise<string> {
  await select(twin, 'eve', `leave ${twin.word}`);
  await untilOutboxEmpty(client);
  const { erasure_id } = await twin.call('DELETE', '/v1/users/eve');
  await untilErased(twin, erasure_id);
  return erasure_id;
}

/** Returns the ids of the first selection, which gets the feedback. */
async function letAdaSelect(twin: Twin) {
  const { word } = twin;
  const user_id = 'ada';
  const first = await select(twin, user_id, `build ${word} 1`);
  for (let i = 2; i <= twin.selections; i += 1) await select(twin, user_id, `build ${word} ${i}`);
  await twin.call('POST', '/v1/hypothesize', { user_id, input_text: `open ${word}` });
  const { interaction_id } = first;
  const said = { user_id, interaction_id };
  await twin.call('POST', '/v1/feedback', { ...said, type: 'comment', value: `thanks ${word}` });
  await twin.call('POST', '/v1/feedback', { ...said, type: 'rating', value: 5 });
  return first;
}

/** Selects the second of two candidates that hold the twin's word. */
export async function select(twin: Twin, user_id: string, input_text: string) {
  const candidates = [`${input_text} with Express`, `${input_text} with FastAPI, for ${twin.word} only`];
  const { interaction_id, hypotheses } = await twin.call('POST', '/v1/hypothesize', {
    ...{ user_id, input_text, candidates },
  });
  const liked = hypotheses.find(({ question }: { question: string }) => question.includes('FastAPI'));
  const { event_id } = await twin.call('POST', '/v1/execute', {
    ...{ user_id, input_text, interaction_id, hypothesis_id: liked.id },
  });
  return { interaction_id, event_id };
}

/** Corrects one and deletes one memory of `ada`. Returns the id of the corrected one. */
async function correctMemories(twin: Twin): Promise<string> {
  const address = '/v1/users/ada/memories';
  const { memories } = await twin.call('GET', `${address}?type=history`);
  const [corrected, deleted] = memories;
  await twin.call('PATCH', `${address}/${corrected.memory_id}`, { content: `corrected by ${twin.word}` });
  await twin.call('DELETE', `${address}/${deleted.memory_id}`);
  return corrected.memory_id;
}

export async function untilErased(twin: Twin, erasure_id: string): Promise<void> {
  const erased = async () =>
    expect((await twin.call('GET', `/v1/erasures/${erasure_id}`)).status).toBe('erased');
  await vi.waitFor(erased, { timeout: 60_000, interval: 100 });
}

/** Until the dataset is built, and the model that may be promoted was estimated on it. */
async function buildDataset(twin: Twin): Promise<{ build_id: string; version: string }> {
  const { build_id } = await twin.call('POST', '/v1/training/datasets');
  const estimated = async (): Promise<string> => {
    const { builds } = await twin.call('GET', '/v1/training/datasets');
    expect(builds[0].status, builds[0].error).toBe('done');
    const { models } = await twin.call('GET', '/v1/models');
    const other = models.find(({ model_id }: { model_id: string }) => model_id === 'other');
    expect(other.metrics.estimated_on).toBe(builds[0].version);
    return builds[0].version;
  };
  return { build_id, version: await vi.waitFor(estimated, { timeout: 60_000, interval: 200 }) };
}

/** What no request can make: an event that a consumer gave up on. */
async function leaveDeadLetter({ databaseUrl }: TwinSystem, { tenant_id, word }: Twin): Promise<string> {
  await using db = connectDb(databaseUrl);
  const event = {
    event: 'feedback.given',
    event_id: crypto.randomUUID(),
    tenant_id,
    user_id: 'ada',
  } as const;
  const letter = { consumer: 'persona', error: `cannot read ${word}`, attempts: 8 } as const;
  const { dead_letter_id } = await db
    .insertInto('dead_letters')
    .values({ ...event, ...letter, payload: JSON.stringify({ value: word }) })
    .returning('dead_letter_id')
    .executeTakeFirstOrThrow();
  return dead_letter_id;
}

/** The trainer looks at each running experiment every 5 s: until it saw what `ada` and `bob` were shown. */
async function untilSeen(twin: Twin, experiment_id: string): Promise<void> {
  const seen = async () => {
    const { looks } = await twin.read(`/api/experiments/${experiment_id}/evidence`);
    const variants: { interactions: number }[] = Object.values(looks.at(-1)?.variants ?? {});
    expect(variants.reduce((sum, { interactions }) => sum + interactions, 0)).toBe(twin.selections + 2);
  };
  await vi.waitFor(seen, { timeout: 60_000, interval: 200 });
}
