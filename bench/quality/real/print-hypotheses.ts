/**
 * `node bench/quality/real/print-hypotheses.ts DIR [SEED]` prints 150 requests with their hypotheses, for the reading that
 * README.md here describes. The same seed draws the same requests.
 */
import { numbersFrom } from '../random.ts';
import { type AskedRequest, askAll } from './hypotheses.ts';

const drawn = [
  { file: 'requests-everyday.jsonl', count: 80 },
  { file: 'requests-work.jsonl', count: 20 },
  { file: 'requests-software.jsonl', count: 10 },
  { file: 'requests-languages.jsonl', count: 40 },
];

const [directory, seed = '20261130'] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: print-hypotheses.ts DIR [SEED]');
const random = numbersFrom(Number(seed));
const requests = drawn.flatMap(({ file, count }) => draw(askAll(directory, file), count));
for (const [at, { text, hypotheses }] of requests.entries()) {
  process.stdout.write(
    `${at + 1}. ${text.slice(0, 300)}\n${hypotheses.map((line) => `   - ${line}\n`).join('')}`,
  );
}

/** Without putting back. */
function draw(all: readonly AskedRequest[], count: number): AskedRequest[] {
  return all
    .map((request) => ({ request, at: random() }))
    .sort((one, other) => one.at - other.at)
    .slice(0, count)
    .map(({ request }) => request);
}
