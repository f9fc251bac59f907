import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildDataset } from 'trainer/dataset/build';
import { numbersFrom, pick } from '../quality/random.ts';

/** Builds a dataset from a log of so many picks and says what it took. Goals for a million: 60 s, 700 MB. */
const { values } = parseArgs({ options: { picks: { type: 'string', default: '1000000' } } });
const picks = Number(values.picks);
const users = 20_000;
const goals = { seconds: 60, peakMb: 700 };

const words =
  'api server deploy build test login cache queue worker stream parser index search image cloud docker python rust go java react kafka redis graph model train data report chart export billing invoice token session'.split(
    ' ',
  );
const featureNames =
  'prior chosen_terms chosen_words chosen_direction tenant_terms tenant_words tenant_direction request goal preference persona'.split(
    ' ',
  );
const random = numbersFrom(7);
const word = () => pick(words, random);
const rounded = (value: number) => Math.round(value * 10_000) / 10_000;

const directory = await mkdtemp(path.join(tmpdir(), 'million-'));
await using resources = new AsyncDisposableStack();
resources.defer(() => rm(directory, { recursive: true, force: true }));
await writeLog();

const before = process.cpuUsage();
const start = performance.now();
const { manifest } = await buildDataset({
  ...{
    buildId: 'million',
    tenantId: 'default',
    trainingDataDir: directory,
    minConfidence: 0.7,
    maxShare: 0.01,
  },
  ...{
    minPerUser: 20,
    excludedUsers: ['user-3'],
    quarantineFrom: null,
    now: new Date(),
    progress: async () => {},
  },
});
const seconds = (performance.now() - start) / 1_000;
const { user, system } = process.cpuUsage(before);
const peakMb = process.resourceUsage().maxRSS / 1_000;
const bytes = manifest.segments.reduce((sum, segment) => sum + segment.bytes, 0);
const samples = Object.entries(manifest.files).map(([file, { samples }]) => `${file} ${samples ?? ''}`);
process.stdout.write(
  `${picks} picks, ${(bytes / 1e9).toFixed(2)} GB of log: ${seconds.toFixed(1)} s ` +
    `(${((user + system) / 1e6).toFixed(1)} s of CPU), peak RSS ${peakMb.toFixed(0)} MB ` +
    `on ${cpus().length} cores; goals ${goals.seconds} s and ${goals.peakMb} MB\n  ${samples.join('\n  ')}\n`,
);
process.exitCode = picks === 1_000_000 && (seconds > goals.seconds || peakMb > goals.peakMb) ? 1 : 0;

async function writeLog(): Promise<void> {
  const files = ['hypotheses_data', 'persona_updates', 'ranking_data'].map((name) =>
    createWriteStream(path.join(directory, `${name}.jsonl`)),
  );
  for (let i = 0; i < picks; i += 1) {
    const records = recordsOf(i);
    for (const [at, file] of files.entries()) {
      if (!file.write(`${JSON.stringify(records[at])}\n`)) await once(file, 'drain');
    }
  }
  for (const file of files) await once(file.end(), 'close');
}

function recordsOf(i: number): object[] {
  const line = {
    timestamp: new Date(1.79e12 + i * 1_000).toISOString(),
    ...{ event_id: `0192a000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`, tenant_id: 'default' },
    ...{ user_id: `user-${Math.floor(random() * users)}`, interaction_id: `interaction-${i}` },
  };
  const facets = { concise: rounded(random()), step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
  const hypotheses = [1, 2, 3].map((position) => ({
    id: `h${position}`,
    question: `Do you want to ${word()} a ${word()} ${word()} with ${word()} and ${word()} deployment ${i}?`,
    ...{ confidence: rounded(0.5 + random() / 2), position, propensity: position === 2 ? 0.95 : 0.975 },
  }));
  const selected = random() < 0.05 ? undefined : pick(hypotheses, random);
  const selected_id = selected?.id ?? null;
  const mail = random() < 0.05 ? ` and mail bob${i}@example.com` : '';
  const context = {
    ...{ persona_facets: facets, interaction_count: i % 50 },
    ...{ recent_goals: [`build a ${word()}`, `deploy ${word()}`], preferences: [word(), word(), word()] },
  };
  const features = () => Object.fromEntries(featureNames.map((name) => [name, rounded(random())]));
  return [
    {
      ...line,
      ...{ user_input: `please ${word()} the ${word()} ${i}${mail}`, context, hypotheses, selected_id },
      ...{ label: selected ? 'positive' : 'negative', auto_advanced: false, model_id: 'rules' },
      selected_confidence: selected?.confidence ?? null,
    },
    {
      ...line,
      ...{ old_facets: facets, new_facets: facets, facet_deltas: { concise: 0.02 }, decided_by: 'rules' },
      ...{ signals: { selected_hypothesis_id: selected_id, success: true }, reason: 'h1' },
    },
    {
      ...line,
      used_memories: [],
      hypotheses: hypotheses.map(({ id, position, propensity }) => ({
        ...{
          id,
          position,
          propensity,
          score: rounded(random()),
          features: features(),
          chosen: id === selected_id,
        },
      })),
      model_id: 'rules',
    },
  ];
}
