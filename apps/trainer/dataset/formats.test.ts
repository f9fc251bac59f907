import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { openAiChat, trlChat, trlCompletion, trlPreference, type Validator } from '../testing/formats.ts';
import { readJsonLines } from '../testing/read-lines.ts';
import { buildRequest, writeTestLog } from '../testing/test-log.ts';
import { buildDataset } from './build.ts';
import { literal, openWorkspace } from './duckdb.ts';

const formats: Record<string, Validator[]> = {
  hypotheses_chat: [openAiChat, trlChat],
  hypotheses_completion: [trlCompletion],
  hypotheses_preference: [trlPreference],
  persona_chat: [openAiChat, trlChat],
};

const dir = await writeTestLog({ users: 60, selectionsPerUser: 4 });
const { directory } = await buildDataset(buildRequest(dir));

it('writes samples that are valid by every rule of their formats, the same in JSON and in Parquet', async () => {
  await using workspace = await openWorkspace(join(dir, 'work'));
  for (const [name, validators] of Object.entries(formats)) {
    const samples = [];
    for (const split of ['', '.validation', '.test'])
      samples.push(...(await readJsonLines(join(directory, `${name}${split}.jsonl`))));
    expect(samples.length).toBeGreaterThan(200);
    for (const sample of samples)
      for (const validate of validators)
        expect({ sample, faults: validate(sample) }).toEqual({ sample, faults: [] });
    const rows = await workspace.rows(`select to_json(columns) as sample from (
      select * exclude (split, user_hash, event_id) from read_parquet(${literal(join(directory, `${name}.parquet`))})
    ) as columns`);
    const columns = rows.map(({ sample }): unknown => JSON.parse(String(sample)));
    expect(sorted(columns)).toEqual(sorted(samples));
  }
});

it('puts no user into two splits', async () => {
  await using workspace = await openWorkspace(join(dir, 'work'));
  const files = (await readdir(directory)).filter((file) => file.endsWith('.parquet'));
  const all = files.map(
    (file) => `select user_hash, split from read_parquet(${literal(join(directory, file))})`,
  );
  const { users, pairs } = await workspace.row(`select count(distinct user_hash)::int as users,
    count(distinct (user_hash, split))::int as pairs from (${all.join(' union all ')})`);
  expect([users, pairs]).toEqual([60, 60]);
});

it.each([
  [openAiChat, { messages: [{ role: 'user', content: 'hi' }] }, 'the last message is not by the assistant'],
  [
    openAiChat,
    {
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: '' },
      ],
    },
    'has no content',
  ],
  [openAiChat, { messages: [], label: 1 }, 'unknown key label'],
  [trlCompletion, { prompt: 'a ', completion: ' b' }, 'ends with white space'],
  [
    trlPreference,
    {
      prompt: [],
      chosen: [{ role: 'assistant', content: 'x' }],
      rejected: [{ role: 'assistant', content: 'x' }],
    },
    'are the same',
  ],
])('the validator finds faults', (validate, sample, fault) => {
  expect(validate(sample).join()).toContain(fault);
});

it('lays a training script beside the samples that Python compiles, explains, and that reads what is there', async () => {
  const script = join(await mkdtemp(join(tmpdir(), 'kit-')), 'train_model.py');
  await cp(join(directory, 'train_model.py'), script);
  const python = promisify(execFile)('python3', ['-m', 'py_compile', script]);
  expect((await python).stderr).toBe('');
  // -S: without any package, so without torch.
  const { stdout } = await promisify(execFile)('python3', ['-S', script, '--help']);
  expect(stdout).toContain('--dpo-beta');
  const files = await readdir(directory);
  expect(files).toEqual(expect.arrayContaining(['requirements.txt', 'Modelfile', 'SERVE.md']));
  for (const [name, fields] of Object.entries(readBy(await readFile(script, 'utf8'))))
    for (const split of ['', '.validation']) {
      const [sample] = await readJsonLines(join(directory, `${name}${split}.jsonl`));
      expect(sample, name).toMatchObject(
        Object.fromEntries(fields.map((field) => [field, expect.anything()])),
      );
    }
});

/** The files that the script names, each with the fields that it takes from a sample. */
function readBy(script: string): Record<string, string[]> {
  const strings = (text: string) => [...text.matchAll(/"(\w+)"/g)].map(([, name]) => name ?? '');
  const all = strings(script);
  const preferences = /select_columns\(\[(.*?)\]/.exec(script)?.[1] ?? '';
  const chats = [...script.matchAll(/sample\["(\w+)"\]/g)].map(([, field]) => field ?? '');
  const fields = Object.keys(formats).map((name) => [
    name,
    name === 'hypotheses_preference' ? strings(preferences) : chats,
  ]);
  return Object.fromEntries(fields.filter(([name]) => all.includes(String(name))));
}

const sorted = (samples: unknown[]) => samples.map((sample) => JSON.stringify(sample)).sort();
