/**
 * `node bench/quality/real/ask-model.ts DIR --gateway URL` asks a running gateway for hypotheses of real requests in five
 * languages, prints them for the reading that `docs/models.md` describes, and then how many came from the model and
 * how long they took. `--seed N` draws others, `--each N` as many of each language, `--mixed` changes the language with
 * every request: then a server that remembers one beginning of a prompt has to read it anew.
 */
import { parseArgs } from 'node:util';
import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import { numbersFrom } from '../random.ts';
import { readData } from './read-data.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    gateway: { type: 'string', default: 'http://127.0.0.1:8080' },
    seed: { type: 'string', default: '21' },
    each: { type: 'string', default: '20' },
    mixed: { type: 'boolean', default: false },
  },
});
const [directory] = positionals;
if (directory === undefined)
  throw new Error('usage: ask-model.ts DIR [--gateway URL] [--each 20] [--seed 21]');

const Line = Type.Object({ text: Type.String(), lang: Type.Optional(Type.String()) });
const Hypotheses = Type.Object({
  model_id: Type.String(),
  hypotheses: Type.Array(Type.Object({ question: Type.String() })),
});

const random = numbersFrom(Number(values.seed));
const draw = <T>(all: readonly T[], count: number): T[] =>
  all
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ one }) => one);

/** English from three files, the other languages from one. */
function drawRequests(data: string, each: number): { lang: string; text: string }[] {
  const english = ['everyday', 'everyday', 'work', 'software'].flatMap((name) =>
    draw(readData(data, `requests-${name}.jsonl`, Line), Math.ceil(each / 4)),
  );
  const others = readData(data, 'requests-languages.jsonl', Line);
  const drawn = ['de', 'it', 'nl', 'ja'].flatMap((lang) =>
    draw(
      others.filter((line) => line.lang === lang),
      each,
    ),
  );
  return [...english.slice(0, each), ...drawn].map(({ text, lang = 'en' }) => ({ lang, text }));
}

async function ask(text: string) {
  const started = performance.now();
  const response = await fetch(`${values.gateway}/v1/hypothesize`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: 'reader', input_text: text }),
  });
  const { model_id, hypotheses } = Value.Parse(Hypotheses, await response.json());
  const ofRules = new Set(
    generateCandidates({ text, goals: [], preferences: [] }).map(({ question }) => question),
  );
  const questions = hypotheses.map(({ question }) => question);
  const own = model_id === 'rules' ? [] : questions.filter((question) => !ofRules.has(question));
  return { ms: Math.round(performance.now() - started), model_id, questions, own: own.length };
}

const drawn = drawRequests(directory, Number(values.each));
const requests = values.mixed ? draw(drawn, drawn.length) : drawn;
const answers = [];
for (const [at, { lang, text }] of requests.entries()) {
  const answer = await ask(text);
  answers.push(answer);
  const lines = answer.questions.map((question) => `   - ${question}\n`).join('');
  process.stdout.write(
    `${at + 1}. [${lang}, ${answer.model_id}, ${answer.own} of its own, ${answer.ms} ms] ${text.slice(0, 300)}\n${lines}`,
  );
}

const times = answers.map(({ ms }) => ms).sort((a, b) => a - b);
const quantile = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))];
const byModel = answers.filter(({ model_id }) => model_id !== 'rules');
const three = byModel.filter(({ own }) => own >= 3);
process.stdout.write(
  `${byModel.length} of ${answers.length} answered by the model, ${three.length} with three distinct questions of its own\n` +
    `p50 ${quantile(0.5)} ms, p95 ${quantile(0.95)} ms, p99 ${quantile(0.99)} ms\n`,
);
