import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { explainMiss } from './bottleneck-report.ts';
import { capacity } from './capacity/capacity.ts';
import { cost } from './cost.ts';
import { execute } from './execute.ts';
import { growth } from './growth/growth.ts';
import { hypothesize } from './hypothesize.ts';
import { lag } from './lag.ts';
import { learning } from './learning.ts';
import { machine } from './machine.ts';
import { type Metric, reachesGoal } from './metric.ts';
import { peer } from './peer/peer.ts';
import { rankCost } from './rank.ts';
import { scaleOut } from './scale-out.ts';
import { fitManySelections } from './trainer/fit.ts';
import { buildMillionSelections } from './trainer/million.ts';

const benches: Record<string, (options: { keep: boolean }) => Promise<Metric[]>> = {
  execute,
  hypothesize,
  learning,
  rank: rankCost,
  trainer: async () => [...(await buildMillionSelections()), fitManySelections()],
  lag,
  'scale-out': scaleOut,
  cost,
  peer,
  growth,
  capacity,
};

const { values, positionals } = parseArgs({
  // `keep` leaves the large database of `growth` for the next run.
  options: { json: { type: 'boolean' }, keep: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}.\n`,
  );
  process.exit(1);
}

const settings = {
  date: new Date().toISOString(),
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 2 ** 30),
  postgres: 'fsync on, synchronous_commit on',
  redis: 'appendfsync everysec',
  machine: await machine(),
};
if (!values.json) process.stdout.write(`this machine, now: ${inWordsAll(settings.machine)}\n`);
const figures: Metric[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const measured = await bench(values);
  figures.push(...measured);
  if (!values.json) for (const figure of measured) process.stdout.write(`${inWords(figure)}\n`);
}
if (values.json)
  process.stdout.write(
    `${JSON.stringify({ settings, figures: figures.map((figure) => ({ ...figure, ...explainMiss(figure) })) }, null, 2)}\n`,
  );

function inWords(figure: Metric): string {
  const { goal } = figure;
  const wanted =
    goal === null ? '' : 'atLeast' in goal ? `, goal ≥ ${goal.atLeast}` : `, goal ≤ ${goal.atMost}`;
  const verdict = { true: ' reached', false: ' MISSED', null: '' }[String(reachesGoal(figure))];
  const miss = explainMiss(figure);
  const because = miss ? `\n    missed by ${round(miss.missed_by_percent)} %: ${miss.why}` : '';
  return `${figure.name}: ${round(figure.ratio)}${wanted}${verdict}\n    ${inWordsAll(figure.details)}${because}`;
}

function inWordsAll(details: Metric['details']): string {
  return Object.entries(details)
    .map(([name, value]) => `${name} ${round(value)}`)
    .join(', ');
}

function round(value: number | string): number | string {
  return typeof value === 'number' ? Number(value.toPrecision(4)) : value;
}
