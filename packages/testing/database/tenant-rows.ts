import type { Db } from '@learning-loop/db/connect';
import { insertInteractions } from '@learning-loop/db/loop/interactions';
import { insertSelections } from '@learning-loop/db/loop/selections';
import { requestErasure } from '@learning-loop/db/privacy/erasures';
import { saveSnapshot, startExperiment } from '@learning-loop/db/training/experiments';
import { requestFineTune } from '@learning-loop/db/training/fine-tunes';
import { insertModel } from '@learning-loop/db/training/models';
import { storeEmbeddings, takeDueEmbeddings } from '@learning-loop/db/users/embeddings';
import { insertFeedback } from '@learning-loop/db/users/feedback';
import { lockPersonas, savePersonas } from '@learning-loop/db/users/personas';
import { setTrainingOptOut } from '@learning-loop/db/users/settings';
import { type NewMemory, upsertMemories } from '@learning-loop/db/users/upsert-memories';
import { hypothesesFor, selection } from '../selection.ts';

/** A tenant with a word that stands in each of its texts, and in nobody else's. */
export interface Twin {
  tenant_id: string;
  word: string;
  /** Ends the ids that are unique across tenants. */
  digit: string;
}

/** Two tenants whose names begin alike, with the same users, interactions, memories, models and builds. */
export const twins: [Twin, Twin] = [
  { tenant_id: 'acme', word: 'alpha', digit: '1' },
  { tenant_id: 'acme2', word: 'omega', digit: '2' },
];

export const user_id = 'ada';
export const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };

/** Two hours ago: what a test itself does is newer. */
export const shownAt = new Date(Math.floor(Date.now() / 60_000) * 60_000 - 7_200_000);
const idAt = (n: number) => `${hexOf(shownAt.getTime() + n)}-7000-8000-00000000000`;
const hexOf = (ms: number) =>
  ms
    .toString(16)
    .padStart(12, '0')
    .replace(/^(.{8})/u, '$1-');

/** Ids of rows whose key has the tenant in it: the same for both twins. */
export const sharedIds = {
  selected: `${idAt(1)}0`,
  open: `${idAt(2)}0`,
  goal: `${idAt(3)}0`,
  otherGoal: `${idAt(8)}0`,
  history: `${idAt(4)}0`,
  experiment: `${idAt(5)}0`,
  build: `${idAt(6)}0`,
  erasure: `${idAt(7)}0`,
};

/** Ids of events and dead letters, which are unique across tenants. */
export const ownIds = ({ digit }: Twin) => ({
  event: `${idAt(10)}${digit}`,
  feedback: `${idAt(11)}${digit}`,
  deadLetter: `${idAt(12)}${digit}`,
  update: `${idAt(13)}${digit}`,
});

/** Fills every table of a tenant: a user with a profile, two interactions of which one has a selection, models. */
export async function fillTenant(db: Db, twin: Twin): Promise<void> {
  await fillLoop(db, twin);
  await fillProfile(db, twin);
  await fillTraining(db, twin);
  await fillAccess(db, twin);
}

export function selectionOf(twin: Twin) {
  const { tenant_id, word } = twin;
  return selection({
    ...{ tenant_id, user_id, event_id: ownIds(twin).event, interaction_id: sharedIds.selected },
    ...{
      input_text: 'build api',
      hypotheses: hypothesesFor([`${word} one`, `${word} two`, `${word} three`]),
    },
    occurred_at: shownAt.toISOString(),
  });
}

export const answerOf = ({ word }: Twin) => ({
  ...{ enriched_prompt: `prompt ${word}`, tokens_estimate: 2 },
  context_breakdown: { goal: 0, pref: 0, history: 0 },
});

export function interactionOf(twin: Twin, interaction_id: string) {
  const { tenant_id, input_text, media_type, model_id, context, hypotheses, used_memories } =
    selectionOf(twin);
  return {
    ...{
      tenant_id,
      user_id,
      interaction_id,
      input_text,
      media_type,
      model_id,
      context,
      hypotheses,
      used_memories,
    },
    ...{ ranker_id: 'mine', llm_id: null, auto_advance: false },
    ...{ created_at: shownAt.toISOString(), begun: shownAt.toISOString() },
  };
}

async function fillLoop(db: Db, twin: Twin): Promise<void> {
  const { tenant_id, word } = twin;
  const ids = ownIds(twin);
  await insertInteractions(db, [
    interactionOf(twin, sharedIds.selected),
    interactionOf(twin, sharedIds.open),
  ]);
  await insertSelections(db, [{ event: selectionOf(twin), answer: answerOf(twin), shown_at: shownAt }]);
  await db
    .insertInto('dead_letters')
    .values({
      ...{
        tenant_id,
        user_id,
        dead_letter_id: ids.deadLetter,
        event_id: ids.feedback,
        event: 'feedback.given',
      },
      ...{ consumer: 'persona', payload: JSON.stringify({ word }), error: `failed ${word}`, attempts: 8 },
    })
    .execute();
}

export const memoryOf = (
  { tenant_id, word }: Twin,
  type: NewMemory['type'],
  memory_id: string,
): NewMemory => ({
  ...{ tenant_id, user_id, memory_id, type, content_key: `${type} key`, content: `${type} ${word}` },
  ...{ confidence: 0.8, tags: ['learned'], slot: type === 'preference' ? 'framework' : null },
  ...{ seen_at: shownAt.toISOString(), interaction_id: sharedIds.selected },
});

export const updateOf = (twin: Twin) => ({
  ...{
    tenant_id: twin.tenant_id,
    user_id,
    event_id: ownIds(twin).update,
    interaction_id: sharedIds.selected,
  },
  ...{ occurred_at: shownAt.toISOString(), old_facets: facets, new_facets: facets, facet_deltas: {} },
  ...{ decided_by: 'rules', reason: `because ${twin.word}` },
});

export const feedbackOf = (twin: Twin) => ({
  ...{
    tenant_id: twin.tenant_id,
    event_id: ownIds(twin).feedback,
    user_id,
    interaction_id: sharedIds.selected,
  },
  ...{ type: 'comment', value: JSON.stringify(`comment ${twin.word}`), given_at: shownAt.toISOString() },
});

async function fillProfile(db: Db, twin: Twin): Promise<void> {
  const user = { tenant_id: twin.tenant_id, user_id };
  await db.transaction().execute(async (tx) => {
    const memories = [
      memoryOf(twin, 'goal', sharedIds.goal),
      { ...memoryOf(twin, 'goal', sharedIds.otherGoal), content_key: 'other goal key' },
      memoryOf(twin, 'history', sharedIds.history),
    ];
    await upsertMemories(tx, memories);
    await lockPersonas(tx, [user], facets);
    const persona = { ...user, facets, interaction_count: Number(twin.digit), moved_at: shownAt };
    await savePersonas(tx, [persona], [updateOf(twin)]);
    await insertFeedback(tx, feedbackOf(twin), shownAt);
  });
  await db
    .insertInto('embeddings')
    .values({ ...user, memory_id: sharedIds.goal, vector: null, tried_at: null })
    .execute();
  const due = await takeDueEmbeddings(db, { model: 'bge', limit: 10, againMs: 0 });
  const own = due.filter(({ tenant_id }) => tenant_id === twin.tenant_id);
  await storeEmbeddings(
    db,
    'bge',
    own.map((taken) => ({ ...taken, vector: Float32Array.of(Number(twin.digit), 0) })),
  );
  await setTrainingOptOut(db, { tenant_id: twin.tenant_id, user_id: `shy ${twin.word}` }, true);
  await requestErasure(db, { tenant_id: twin.tenant_id, user_id: `erased ${twin.word}` }, sharedIds.erasure);
}

export const modelOf = ({ tenant_id, word }: Twin, model_id: string) => ({
  ...{ tenant_id, model_id, kind: 'ranker' as const, status: 'candidate' as const, dataset_version: 'v1' },
  ...{ parent_id: null, artifact: JSON.stringify({ word }), metrics: '{}', reason: `fitted ${word}` },
});

async function fillTraining(db: Db, twin: Twin): Promise<void> {
  const { tenant_id } = twin;
  await insertModel(db, modelOf(twin, 'mine'));
  await insertModel(db, { ...modelOf(twin, 'idle'), status: 'active' });
  const variants = [
    { model_id: 'shipped', weight: 0.5 },
    { model_id: 'mine', weight: 0.5 },
  ];
  const experiment = { tenant_id, experiment_id: sharedIds.experiment };
  await startExperiment(db, { ...experiment, kind: 'ranker', variants });
  await db
    .updateTable('experiments')
    .set({ started_at: shownAt })
    .where('tenant_id', '=', tenant_id)
    .execute();
  const snapshot = {
    sample_ratio_evidence: 1,
    variants: { [twin.word]: { assigned: 1, interactions: 1, first_place: null } },
  };
  await saveSnapshot(db, experiment, snapshot, { decides: false });
  const build = {
    tenant_id,
    build_id: sharedIds.build,
    status: 'running' as const,
    attempt: 1,
    step: twin.word,
  };
  await db
    .insertInto('dataset_builds')
    .values({ ...build, started_at: shownAt, beat_at: new Date() })
    .execute();
  await requestFineTune(db, { tenant_id, dataset_version: 'v1', provider: 'openai' });
}

async function fillAccess(db: Db, { tenant_id, word, digit }: Twin): Promise<void> {
  await db
    .insertInto('api_keys')
    .values({
      tenant_id,
      key_id: `key${digit}`,
      role: 'admin',
      name: word,
      secret_hash: Buffer.alloc(32, digit),
      expires_at: null,
    })
    .execute();
}
