import { appendFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { readTrainingLog } from '@learning-loop/training-log/read';
import { collect } from '@learning-loop/training-log/testing/collect';
import { rememberingLog, temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { expect, test } from 'vitest';
import { importLogs } from './import-logs.ts';

/** The lines of the established format, as it is published. */
const hypotheses =
  '{"timestamp":"2025-10-19T10:30:00Z","user_id":"user123","user_input":"build api","context":{"persona_facets":{"concise":0.70,"code_first":0.80},"interaction_count":5,"recent_goals":["Deploy microservices"],"preferences":["Python","FastAPI","Docker"]},"hypotheses":[{"id":"h1","question":"...","confidence":0.85}],"selected_id":"h1","label":"positive"}';
const persona =
  '{"timestamp":"2025-10-19T10:30:05Z","user_id":"user123","old_facets":{"concise":0.70,"code_first":0.80},"new_facets":{"concise":0.72,"code_first":0.80},"facet_deltas":{"concise":0.02},"signals":{"selected_hypothesis_id":"h1","success":true}}';

async function places() {
  const [from, to] = [await temporaryDirectory(), await temporaryDirectory()];
  await writeFile(path.join(from, 'hypotheses_data.jsonl'), `${hypotheses}\n\n`);
  await writeFile(path.join(from, 'persona_updates.jsonl'), `${persona}\r\n`);
  const run = async (tenant = 'default') => {
    await using log = await openTrainingLog(to, { log: rememberingLog() });
    return await importLogs({ from, tenant, log });
  };
  const read = async () => ({
    selections: await collect(readTrainingLog(to, 'hypotheses_data')),
    updates: await collect(readTrainingLog(to, 'persona_updates')),
  });
  const changed = (change: object) => JSON.stringify({ ...JSON.parse(hypotheses), ...change });
  return { from, run, read, changed };
}

test('old lines become records, with what they say and nothing that they do not know', async () => {
  const { run, read } = await places();
  expect(await run()).toEqual({ hypotheses_data: 1, persona_updates: 1 });
  const { selections, updates } = await read();
  expect(selections).toMatchObject([
    {
      ...{
        timestamp: '2025-10-19T10:30:00.000Z',
        tenant_id: 'default',
        user_id: 'user123',
        user_input: 'build api',
      },
      context: { persona_facets: { concise: 0.7, step_by_step: 0.5, code_first: 0.8, formal: 0.5 } },
      hypotheses: [{ id: 'h1', question: '...', confidence: 0.85, position: 1, propensity: 1 }],
      ...{ selected_id: 'h1', label: 'positive', selected_confidence: 0.85, model_id: 'imported' },
    },
  ]);
  expect(updates).toMatchObject([{ facet_deltas: { concise: 0.02 }, new_facets: { concise: 0.72 } }]);
});

test('what is imported twice counts once, and apart for each tenant', async () => {
  const { run, read } = await places();
  await run();
  await run();
  expect((await read()).selections).toHaveLength(1);
  await run('other');
  expect((await read()).selections.map(({ tenant_id }) => tenant_id)).toEqual(['default', 'other']);
});

test.each([
  ['no JSON', 'tomorrow', /hypotheses_data\.jsonl, line 3: .*Nothing was imported/s],
  ['a field that is missing', hypotheses.replace('"user_input"', '"text"'), /line 3: .*user_input/s],
  [
    'a pick of nothing shown',
    hypotheses.replace('"selected_id":"h1"', '"selected_id":"h9"'),
    /line 3: .*h9/s,
  ],
])('%s is named, and nothing is written', async (_name, line, message) => {
  const { from, run, read } = await places();
  await appendFile(path.join(from, 'hypotheses_data.jsonl'), `${line}\n`);
  await expect(run()).rejects.toThrow(message);
  expect(await read()).toEqual({ selections: [], updates: [] });
});

const shown = { id: 'h1', question: 'REST?', confidence: 0.8 };

test.each([
  ['a user id with white space', { user_id: ' u1 ' }, 'user_id must have no white space at its ends'],
  ['a long user id', { user_id: 'x'.repeat(201) }, 'user_id must not have more than 200 characters'],
  ['an empty input', { user_input: '' }, 'user_input must not have fewer than 1 characters'],
  [
    'broken Unicode',
    { user_input: 'bad \ud800 x' },
    'user_input must hold more than white space, and no control',
  ],
  [
    'a line of 2 MB',
    { user_input: 'x'.repeat(2_000_000) },
    'user_input must not have more than 8000 characters',
  ],
  [
    'an empty question',
    { hypotheses: [{ ...shown, question: '' }] },
    'hypotheses.0.question must not have fewer',
  ],
  [
    'a blank question',
    { hypotheses: [shown, { ...shown, id: 'h2', question: ' ' }] },
    'hypotheses.1.question must hold',
  ],
  ['an id that is there twice', { hypotheses: [shown, shown] }, 'hypotheses has the id h1 twice'],
  ['a day that is none', { timestamp: '2025-02-30T12:00:00' }, 'timestamp must be a time such as'],
  ['a small number', { timestamp: 12 }, 'timestamp must be a time such as'],
  ['a word', { timestamp: 'yesterday' }, 'timestamp must be a time such as'],
])('%s is refused with line and field, and nothing is written', async (_name, change, fault) => {
  const { from, run, read, changed } = await places();
  await appendFile(path.join(from, 'hypotheses_data.jsonl'), `${changed(change)}\n`);
  await expect(run()).rejects.toThrow(`hypotheses_data.jsonl, line 3: ${fault}`);
  expect(await read()).toEqual({ selections: [], updates: [] });
});

test('other encodings are refused with their line', async () => {
  const { from, run, changed } = await places();
  await appendFile(
    path.join(from, 'hypotheses_data.jsonl'),
    Buffer.from(changed({ user_input: 'caf\xe9' }), 'latin1'),
  );
  await expect(run()).rejects.toThrow('line 3: this is no UTF-8; save the file as UTF-8.');
});

test('a byte order mark and the line separators of Unicode belong to no line', async () => {
  const { from, run, read, changed } = await places();
  const text = 'one\u2028two\u2029three';
  await writeFile(path.join(from, 'hypotheses_data.jsonl'), `\ufeff${changed({ user_input: text })}\r\n`);
  await run();
  expect((await read()).selections).toMatchObject([{ user_input: text }]);
});

test('what a rotation left beside is imported as well, and what cannot be read is refused', async () => {
  const { from, run, changed } = await places();
  await writeFile(path.join(from, 'hypotheses_data.1.jsonl'), changed({ user_id: 'u9' }));
  await writeFile(path.join(from, 'hypotheses_data.jsonl.2'), changed({ user_id: 'u8' }));
  expect(await run()).toEqual({ hypotheses_data: 3, persona_updates: 1 });
  await writeFile(path.join(from, 'hypotheses_data.jsonl.3.gz'), '');
  await expect(run()).rejects.toThrow(
    /hypotheses_data\.jsonl\.3\.gz is no file of JSON lines by its name; unpack it/,
  );
});

test('a directory that is none and a tenant that cannot be are refused', async () => {
  const { from, run } = await places();
  await expect(run('Not One')).rejects.toThrow('--tenant must be 1 to 63 of a-z, 0-9, _ and -');
  const log = { append: async () => {} };
  const file = path.join(from, 'hypotheses_data.jsonl');
  await expect(importLogs({ from: file, tenant: 'default', log })).rejects.toThrow(
    'is no directory; name the',
  );
  await expect(importLogs({ from: `${from}/none`, tenant: 'default', log })).rejects.toThrow(
    'cannot be read (ENOENT)',
  );
});

test('a directory without any old line is refused', async () => {
  const log = { append: async () => {} };
  const from = await temporaryDirectory();
  await expect(importLogs({ from, tenant: 'default', log })).rejects.toThrow(/holds no line/);
});
