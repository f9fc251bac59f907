import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readJsonLines } from '../testing/read-lines.ts';
import { literal, openWorkspace } from './duckdb.ts';
import { prepareHypotheses, writeExamples, writeSamples } from './write-samples.ts';

const facets = "{'concise': 0.5, 'step_by_step': 0.25, 'code_first': 0.75, 'formal': 0.125}";

/** One selection in each split. Ada's has personal data in each of its texts, and one that looks like two. */
const chosen = `create table chosen_hypotheses_data as from (values
  ('event-1', 'hash-1', 'train', 'h2', 'mail ada@example.org' || chr(31) || 'soon',
    {'persona_facets': ${facets}, 'interaction_count': 3, 'recent_goals': ['call +44 20 7946 0958', 'ship it'],
      'preferences': ['Go', null], 'dislikes': ['mails of max@example.org', 'PHP']},
    [{'id': 'h1', 'question': 'Do you ask bob@example.org?', 'position': 1, 'propensity': 0.975},
     {'id': 'h2', 'question': 'Do you "mail" eve@example.org?', 'position': 2, 'propensity': 0.05},
     {'id': 'h3', 'question': 'Do you wait?', 'position': 3, 'propensity': 0.975}]),
  ('event-2', 'hash-2', 'validation', 'h1', 'build it',
    {'persona_facets': ${facets}, 'interaction_count': 0, 'recent_goals': null, 'preferences': null,
      'dislikes': null},
    [{'id': 'h1', 'question': 'Build?', 'position': null, 'propensity': null},
     {'id': 'h2', 'question': 'Test?', 'position': null, 'propensity': null},
     {'id': 'h3', 'question': 'Build?', 'position': null, 'propensity': null}]),
  ('event-3', 'hash-3', 'test', 'h1', 'test it',
    {'persona_facets': ${facets}, 'interaction_count': 1, 'recent_goals': [], 'preferences': ['Rust'],
      'dislikes': ['Java']},
    [{'id': 'h1', 'question': 'Test?', 'position': 1, 'propensity': 0.8},
     {'id': 'h2', 'question': ' ', 'position': 2, 'propensity': 0.8}])
) as lines(event_id, user_hash, split, selected_id, user_input, context, hypotheses)`;

async function openTestWorkspace(...statements: string[]) {
  const directory = await mkdtemp(join(tmpdir(), 'samples-'));
  const workspace = await openWorkspace(join(directory, 'work'));
  onTestFinished(() => workspace[Symbol.asyncDispose]());
  for (const statement of statements) await workspace.run(statement);
  const readColumns = async (file: string) => {
    const path = literal(join(directory, `${file}.parquet`));
    return workspace.rows(`from read_parquet(${path}) order by event_id`);
  };
  return { workspace, directory, readColumns };
}

const persona_facets = { concise: 0.5, step_by_step: 0.25, code_first: 0.75, formal: 0.125 };
const ask =
  'You say what a user most likely means by a request, as one question that the user can answer with yes.';
const ada = {
  request: 'mail [email] soon',
  context: {
    persona_facets,
    interaction_count: 3,
    recent_goals: ['call [phone_number_international]', 'ship it'],
    preferences: ['Go', ''],
    dislikes: ['mails of [email]', 'PHP'],
  },
};
const bob = {
  request: 'build it',
  context: { persona_facets, interaction_count: 0, recent_goals: [], preferences: [], dislikes: [] },
};
const eve = {
  request: 'test it',
  context: {
    persona_facets,
    interaction_count: 1,
    recent_goals: [],
    preferences: ['Rust'],
    dislikes: ['Java'],
  },
};

it('redacts each text of a line in its place, and says in how many lines it found something', async () => {
  const { workspace } = await openTestWorkspace(chosen);
  expect(await prepareHypotheses(workspace)).toBe(1);
  const rows = await workspace.rows(
    `select to_json({'event_id': event_id, 'was_scrubbed': was_scrubbed, 'request': request::JSON, 'picked': picked,
      'picked_place': picked_place, 'weight': weight, 'others': others}) as sample from samples order by event_id`,
  );
  expect(rows.map(({ sample }): unknown => JSON.parse(String(sample)))).toEqual([
    {
      event_id: 'event-1',
      was_scrubbed: true,
      request: ada,
      picked: 'Do you "mail" [email]?',
      picked_place: 2,
      // 1 / 0.05 = 20, clipped.
      weight: 10,
      others: [
        { id: 'h1', place: 1, propensity: 0.975, question: 'Do you ask [email]?' },
        { id: 'h3', place: 3, propensity: 0.975, question: 'Do you wait?' },
      ],
    },
    {
      event_id: 'event-2',
      was_scrubbed: false,
      request: bob,
      picked: 'Build?',
      // As in the list, where a position is not known.
      picked_place: 1,
      weight: 1,
      // The same question is no other one.
      others: [
        {
          id: 'h2',
          place: 2,
          propensity: 1,
          question: 'Test?',
        },
      ],
    },
    {
      event_id: 'event-3',
      was_scrubbed: false,
      request: eve,
      picked: 'Test?',
      picked_place: 1,
      weight: 1.25,
      // An empty question is none.
      others: [],
    },
  ]);
});

it('counts no line in which there was nothing to redact', async () => {
  const { workspace } = await openTestWorkspace(
    chosen,
    "delete from chosen_hypotheses_data where event_id = 'event-1'",
  );
  expect(await prepareHypotheses(workspace)).toBe(0);
});

it('writes a file for each format and split, and counts the samples', async () => {
  const { workspace, directory, readColumns } = await openTestWorkspace(chosen);
  await prepareHypotheses(workspace);
  expect(await writeSamples(workspace, 'hypotheses_data', directory)).toEqual({
    'hypotheses_chat.jsonl': 1,
    'hypotheses_chat.validation.jsonl': 1,
    'hypotheses_chat.test.jsonl': 1,
    'hypotheses_chat.parquet': 3,
    'hypotheses_completion.jsonl': 1,
    'hypotheses_completion.validation.jsonl': 1,
    'hypotheses_completion.test.jsonl': 1,
    'hypotheses_completion.parquet': 3,
    'hypotheses_preference.jsonl': 2,
    'hypotheses_preference.validation.jsonl': 1,
    'hypotheses_preference.test.jsonl': 0,
    'hypotheses_preference.parquet': 3,
  });
  const readSamples = (file: string) => readJsonLines(join(directory, file));
  expect(await readSamples('hypotheses_chat.validation.jsonl')).toEqual([
    {
      messages: [
        { role: 'system', content: ask },
        { role: 'user', content: JSON.stringify(bob) },
        { role: 'assistant', content: 'Build?' },
      ],
    },
  ]);
  expect(await readSamples('hypotheses_completion.test.jsonl')).toEqual([
    { prompt: `Request and context: ${JSON.stringify(eve)}\nMeant:`, completion: ' Test?' },
  ]);
  expect(await readFile(join(directory, 'hypotheses_preference.validation.jsonl'), 'utf8')).toMatch(
    /^\{"prompt":\[[^\n]*"chosen":\[\{"role":"assistant","content":"Build\?"\}\],"rejected":\[\{"role":"assistant","content":"Test\?"\}\],"chosen_position":1,"rejected_position":2,"weight":1\.0\}\n$/,
  );
  expect(await readColumns('hypotheses_completion')).toMatchObject([
    { event_id: 'event-1', split: 'train', user_hash: 'hash-1', completion: ' Do you "mail" [email]?' },
    { event_id: 'event-2', split: 'validation', user_hash: 'hash-2', completion: ' Build?' },
    { event_id: 'event-3', split: 'test', user_hash: 'hash-3', completion: ' Test?' },
  ]);
});

it('writes the files of its own log only', async () => {
  const { workspace, directory } = await openTestWorkspace(`create table chosen_persona_updates as
    select 'event-1' as event_id, 'hash-1' as user_hash, 'test' as split, ${facets} as old_facets,
      {'selected_hypothesis_id': 'h1', 'success': true} as signals, map {'concise': 0.02} as facet_deltas`);
  expect(await writeSamples(workspace, 'persona_updates', directory)).toEqual({
    'persona_chat.jsonl': 0,
    'persona_chat.validation.jsonl': 0,
    'persona_chat.test.jsonl': 1,
    'persona_chat.parquet': 1,
  });
  expect(await readJsonLines(join(directory, 'persona_chat.test.jsonl'))).toMatchObject([
    {
      messages: [
        { role: 'system' },
        { role: 'user', content: JSON.stringify({ facets: persona_facets, selected: 'h1', success: true }) },
        { role: 'assistant', content: '{"concise":0.02}' },
      ],
    },
  ]);
});

it('gives the ranker all splits in one file', async () => {
  const { workspace, directory, readColumns } = await openTestWorkspace(`create table chosen_ranking_data as
    select event_id, 'hash' as user_hash, split, [{'id': 'h1', 'chosen': true}] as hypotheses, 'gone' as user_id
    from (values ('event-1', 'train'), ('event-2', 'test')) as lines(event_id, split)`);
  expect(await writeExamples(workspace, directory)).toEqual({ 'ranking_picks.parquet': 2 });
  const hypotheses = [{ id: 'h1', chosen: true }];
  expect(await readColumns('ranking_picks')).toEqual([
    { event_id: 'event-1', user_hash: 'hash', split: 'train', hypotheses },
    { event_id: 'event-2', user_hash: 'hash', split: 'test', hypotheses },
  ]);
});
