import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readSelections } from './selections-file.ts';

const selection = {
  user_id: 'ada',
  input_text: 'build api',
  candidates: ['REST?', 'GraphQL?'],
  selected_index: 1,
};

async function writeLines(...lines: string[]): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'choices-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = path.join(directory, 'choices.jsonl');
  await writeFile(file, lines.join('\n'));
  return file;
}

const withChanges = (change: object) => JSON.stringify({ ...selection, ...change });

test('reads every line, and lets other fields and empty lines be', async () => {
  const file = await writeLines(
    withChanges({ intent: 'unused' }),
    '',
    withChanges({ selected_index: null }),
    '',
  );
  expect(await readSelections(file)).toMatchObject([selection, { ...selection, selected_index: null }]);
});

test.each([
  [
    'selected_index',
    withChanges({ selected_index: 2 }),
    'line 2: selected_index is 2, but there are 2 candidates',
  ],
  [
    'candidates',
    withChanges({ candidates: ['only one'] }),
    'line 2: candidates must not have fewer than 2 items',
  ],
  ['a candidate', withChanges({ candidates: ['one', 7] }), 'line 2: candidates.1 must be string'],
  ['user_id', withChanges({ user_id: undefined }), 'line 2: the line must have required properties user_id'],
  ['JSON', '{"user_id": ', 'line 2: this is not JSON'],
])('names the line and the field at fault: %s', async (_field, bad, sentence) => {
  const file = await writeLines(withChanges({}), bad);
  await expect(readSelections(file)).rejects.toThrow(sentence);
});

test.each([
  ['user_id', { user_id: ' u 1 ' }, 'line 2: user_id must have no white space at its ends'],
  ['user_id', { user_id: 'x'.repeat(201) }, 'line 2: user_id must not have more than 200 characters'],
  ['input_text', { input_text: '   ' }, 'line 2: input_text must hold more than white space'],
  [
    'input_text',
    { input_text: 'x \u0007' },
    'line 2: input_text must hold more than white space, and no control',
  ],
  [
    'input_text',
    { input_text: 'x \ud800' },
    'line 2: input_text must hold more than white space, and no control',
  ],
  ['input_text', { input_text: 'x'.repeat(2_000_000) }, 'line 2: input_text must not have more than 8000'],
  ['a candidate', { candidates: ['a', ' '] }, 'line 2: candidates.1 must hold more than white space'],
  [
    'a candidate',
    { candidates: ['a', 'b', 'a'] },
    'line 2: candidates.2 repeats candidates.0; leave one out.',
  ],
])('refuses what the API would refuse, with the line and the field: %s', async (_field, change, sentence) => {
  const file = await writeLines(withChanges({}), withChanges(change));
  await expect(readSelections(file)).rejects.toThrow(sentence);
});

test('takes a byte order mark, carriage returns and the line separators of Unicode', async () => {
  const text = 'one\u2028two\u2029three';
  const file = await writeLines(`\ufeff${withChanges({ input_text: text })}\r`, `${withChanges({})}\r`);
  expect(await readSelections(file)).toMatchObject([{ input_text: text }, selection]);
});

test('refuses another encoding with its line', async () => {
  const file = await writeLines(withChanges({}));
  await writeFile(
    file,
    Buffer.from(`${withChanges({})}\n${withChanges({ input_text: 'caf\xe9' })}`, 'latin1'),
  );
  await expect(readSelections(file)).rejects.toThrow('line 2: this is no UTF-8; save the file as UTF-8.');
});

test('every line of the example is a choice', async () => {
  const selections = await readSelections(
    path.join(import.meta.dirname, '../../../examples/clarifying-choices.jsonl'),
  );
  expect(selections).toHaveLength(1_958);
});

test('says so when there is nothing to replay', async () => {
  await expect(readSelections(await writeLines(''))).rejects.toThrow('holds no choices');
  await expect(readSelections('/nowhere/choices.jsonl')).rejects.toThrow(
    'Cannot read /nowhere/choices.jsonl: ENOENT',
  );
});
