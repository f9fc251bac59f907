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
  return { from, run, read };
}

test('old lines become records, with what they say and nothing that they do not know', async () => {
  const { run, read } = await places();
  expect(await run()).toEqual({ hypotheses_data: 1, persona_updates: 1 });
  const { selections, updates } = await read();
  expect(selections).toMatchObject([
    {
      ...{
        timestamp: '2025-10-19T10:30:00Z',
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
  ['no JSON', 'tomorrow', /hypotheses_data\.jsonl, line 3: .*nothing was imported/s],
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

test('a directory without any old line is refused', async () => {
  const log = { append: async () => {} };
  const from = await temporaryDirectory();
  await expect(importLogs({ from, tenant: 'default', log })).rejects.toThrow(/holds no line/);
});
