import { cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { datasetCard } from './dataset-card.ts';
import { openWorkspace, type Workspace } from './duckdb.ts';
import { type Counts, type FilterOptions, filterRecords, minUsersToSplit } from './filter.ts';
import type { ReadLog } from './log-columns.ts';
import { codeVersion, describeFiles, type Manifest } from './manifest.ts';
import { dropLog, type Lines, readLog } from './read-log.ts';
import { beginDirectory, datasetsDirectory, publish } from './storage.ts';
import { prepareHypotheses, writeExamples, writeSamples } from './write-samples.ts';

export interface BuildRequest extends FilterOptions {
  buildId: string;
  trainingDataDir: string;
  now: Date;
  progress(step: string): Promise<void>;
}

export interface Dataset {
  directory: string;
  manifest: Manifest;
}

/** Nothing to learn from; not a failure. */
export class EmptyDataset extends Error {}

const fineTuneKit = join(import.meta.dirname, '../fine-tune/kit');

const logs = ['hypotheses_data', 'persona_updates', 'ranking_data'] as const satisfies ReadLog[];

/**
 * Builds `datasets/<version>/` atomically. Needs temporary disk space of about a third of the log, and less than 700
 * MB of memory whatever the log's size. Throws EmptyDataset when no line is left.
 */
export async function buildDataset(request: BuildRequest): Promise<Dataset> {
  const datasets = datasetsDirectory(request.trainingDataDir, request.tenantId);
  const version = `${request.now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}-${request.buildId.slice(-6)}`;
  const directory = await beginDirectory(datasets, version);
  try {
    const built = await buildFiles(request, directory);
    if (Object.values(built.samples).every((samples) => samples === 0))
      throw new EmptyDataset(explainEmpty(built, request));
    const manifest = await writeManifest(request, version, directory, built);
    await request.progress('publish');
    await publish(datasets, directory, version);
    return { directory: join(datasets, version), manifest };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Built {
  lines: Record<string, Lines>;
  filters: Record<string, Counts>;
  samples: Record<string, number>;
  scrubbed: number;
  users: number;
}

async function buildFiles(request: BuildRequest, directory: string): Promise<Built> {
  const built: Built = { lines: {}, filters: {}, samples: {}, scrubbed: 0, users: 0 };
  await using workspace = await openWorkspace(join(directory, 'work'));
  for (const log of logs) {
    await request.progress(`read ${log}`);
    const lines = await readLog(workspace, request.trainingDataDir, log, request);
    built.lines[log] = lines;
    await request.progress(`choose ${log}`);
    const counts = await filterRecords(workspace, log, request);
    built.filters[log] = { records: lines.records, broken: lines.broken, ...counts };
    built.users = Math.max(built.users, await workspace.count('from users'));
    await request.progress(`write ${log}`);
    Object.assign(built.samples, await write(workspace, log, directory, built));
    await dropLog(workspace, log);
  }
  return built;
}

async function write(
  workspace: Workspace,
  log: ReadLog,
  directory: string,
  built: Built,
): Promise<Record<string, number>> {
  if (log === 'ranking_data') return writeExamples(workspace, directory);
  if (log === 'hypotheses_data') built.scrubbed = await prepareHypotheses(workspace);
  return writeSamples(workspace, log, directory);
}

function explainEmpty({ filters }: Built, { minConfidence }: BuildRequest): string {
  const counts = filters['hypotheses_data'] ?? {};
  if (!counts['records']) return 'The training log holds no pick of this tenant yet.';
  const [step, left] = Object.entries(counts).find(([name, n]) => name !== 'broken' && n === 0) ?? [];
  return `None of ${counts['records']} picks became a sample: "${step}" left ${left} (confidence ${minConfidence} is asked for).`;
}

async function writeManifest(
  request: BuildRequest,
  version: string,
  directory: string,
  built: Built,
): Promise<Manifest> {
  await request.progress('describe');
  await cp(fineTuneKit, directory, { recursive: true });
  const { tenantId, minConfidence, maxShare, minPerUser, quarantineFrom, now } = request;
  const lines = Object.values(built.lines);
  const manifest: Manifest = {
    schema_version: 1,
    version,
    tenant_id: tenantId,
    created_at: now.toISOString(),
    code_version: await codeVersion(),
    config: {
      min_confidence: minConfidence,
      max_share_per_user: maxShare,
      min_samples_per_user: minPerUser,
      quarantine_from: quarantineFrom,
    },
    segments: lines.flatMap(({ segments }) => segments),
    filters: built.filters,
    broken: Object.assign({}, ...lines.map(({ brokenIn }) => brokenIn)),
    scrubbed_samples: built.scrubbed,
    files: await describeFiles(directory, built.samples),
    notes: toNotes(built, request),
  };
  await writeFile(join(directory, 'README.md'), await datasetCard(directory, manifest));
  await writeFile(join(directory, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

function toNotes({ users, samples, lines }: Built, { minConfidence }: BuildRequest): string[] {
  const broken = Object.values(lines).reduce((sum, log) => sum + log.broken, 0);
  const notes = [
    users < minUsersToSplit &&
      `${users === 1 ? 'One user only' : `Only ${users} users`}: nothing is held out, and no ranker can be judged on it.`,
    samples['hypotheses_chat.parquet'] === 0 &&
      `No pick reached the confidence of ${minConfidence}: the files of hypotheses are empty.`,
    broken > 0 && `${broken} broken lines were set aside.`,
  ];
  return notes.filter((note) => note !== false);
}
