import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { literal, openWorkspace, type Workspace } from 'trainer/dataset/duckdb';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { withMachineUsage } from '../environment/machine-usage.ts';
import type { Metric } from '../metric.ts';
import { writeSyntheticLog } from './synthetic-log.ts';

const selections = 1_000_000;
const goals = { seconds: 60, peakMb: 700 };

const Built = Type.Object({
  seconds: Type.Number(),
  peakMb: Type.Number(),
  cpuSeconds: Type.Number(),
  megabytes: Type.Number(),
  samples: Type.Number(),
  nearDuplicates: Type.Number(),
});

/** Builds a dataset from a million selections: time, memory, and time against a bare scan by DuckDB. */
export async function buildMillionSelections(): Promise<Metric[]> {
  await using resources = new AsyncDisposableStack();
  const directory = await mkdtemp(path.join(tmpdir(), 'million-'));
  resources.defer(() => rm(directory, { recursive: true, force: true }));
  const workspace = resources.use(await openWorkspace(path.join(directory, 'work')));
  await writeSyntheticLog(workspace, directory, selections);
  const { seconds, peakMb, meanwhile, ...details } = await withMachineUsage([], () => build(directory));
  const scan = await secondsToScan(workspace, directory);
  const perSecond = { mb_per_s: details.megabytes / seconds, picks_per_s: selections / seconds };
  return [
    {
      name: `dataset of ${selections} picks: seconds against ${goals.seconds}`,
      ratio: seconds / goals.seconds,
      goal: { atMost: 1 },
      details: { seconds, ...perSecond, ...details },
      meanwhile,
    },
    {
      name: `dataset of ${selections} picks: peak memory against ${goals.peakMb} MB`,
      ratio: peakMb / goals.peakMb,
      goal: { atMost: 1 },
      details: { peak_mb: peakMb },
    },
    {
      name: "dataset: seconds against DuckDB's bare scan of the same files",
      ratio: seconds / scan,
      goal: null,
      details: { build_s: seconds, scan_s: scan, scan_mb_per_s: details.megabytes / scan },
    },
  ];
}

async function build(directory: string) {
  const script = path.join(import.meta.dirname, 'build-log.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [script, directory]);
  return Parse(Built, JSON.parse(stdout));
}

/** Reads every field of every line, with types that DuckDB finds out by itself, and counts. */
async function secondsToScan(workspace: Workspace, directory: string): Promise<number> {
  const start = performance.now();
  for (const name of ['hypotheses_data', 'persona_updates', 'ranking_data'])
    await workspace.run(`select count(columns(*))
      from read_json(${literal(path.join(directory, `${name}.jsonl`))}, format = 'newline_delimited')`);
  return (performance.now() - start) / 1_000;
}
