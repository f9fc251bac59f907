import { open } from 'node:fs/promises';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { LogCounter } from './disk/count.ts';
import { ignoreMissing } from './files.ts';
import { IdSet } from './id-set.ts';
import { fileId, listSegments } from './layout.ts';
import { parseRecord, readLines } from './lines.ts';
import { isOnS3 } from './location.ts';

interface TrainingLogReader<N extends LogName> extends AsyncIterable<TrainingRecords[N]> {
  readonly skipped: {
    /** No JSON object with an event_id; a torn last line is not counted. */
    broken: number;
    duplicates: number;
  };
}

/**
 * Streams: memory is one chunk of 1 MB, the longest line, and about 32 bytes per record for its id. The first of several
 * lines with one event_id wins. Safe while writers append, rotate and rewrite; a missing directory or log is empty.
 */
export function readTrainingLog<N extends LogName>(dir: string, name: N): TrainingLogReader<N> {
  const skipped = { broken: 0, duplicates: 0 };
  if (isOnS3(dir)) return { skipped, [Symbol.asyncIterator]: () => readS3Records<N>(dir, name, skipped) };
  return { skipped, [Symbol.asyncIterator]: () => readDiskRecords<N>(dir, name, skipped) };
}

async function* readS3Records<N extends LogName>(
  url: string,
  name: N,
  skipped: { broken: number; duplicates: number },
): AsyncGenerator<TrainingRecords[N]> {
  Object.assign(skipped, { broken: 0, duplicates: 0 });
  const { readS3Log } = await import('./s3/records.ts');
  yield* readS3Log(url, name, skipped);
}

interface Counter {
  count(tenantId: string): Promise<number>;
}
const counters = new Map<string, Record<LogName, Counter>>();

/** Reads only what was appended since the last call. */
export async function countRecords(dir: string, tenantId: string): Promise<Record<LogName, number>> {
  const counter = counters.get(dir) ?? (await createCounters(dir));
  counters.set(dir, counter);
  return {
    hypotheses_data: await counter.hypotheses_data.count(tenantId),
    persona_updates: await counter.persona_updates.count(tenantId),
    ranking_data: await counter.ranking_data.count(tenantId),
    user_feedback: await counter.user_feedback.count(tenantId),
  };
}

async function createCounters(dir: string): Promise<Record<LogName, Counter>> {
  const Counter = isOnS3(dir) ? (await import('./s3/records.ts')).S3LogCounter : LogCounter;
  return {
    hypotheses_data: new Counter(dir, 'hypotheses_data'),
    persona_updates: new Counter(dir, 'persona_updates'),
    ranking_data: new Counter(dir, 'ranking_data'),
    user_feedback: new Counter(dir, 'user_feedback'),
  };
}

async function* readDiskRecords<N extends LogName>(
  dir: string,
  name: N,
  skipped: { broken: number; duplicates: number },
): AsyncGenerator<TrainingRecords[N]> {
  const ids = new IdSet();
  Object.assign(skipped, { broken: 0, duplicates: 0 });
  for await (const lines of readSegments(dir, name)) {
    for (const line of lines) {
      const record = parseRecord<N>(line);
      if (!record) skipped.broken++;
      else if (!ids.add(record.event_id)) skipped.duplicates++;
      else yield record;
    }
  }
}

/** Lists the segments again until there is no new one, because segments move while they are read. */
async function* readSegments(dir: string, name: LogName): AsyncGenerator<Buffer[]> {
  const read = new Set<string>();
  for (let before = -1; before < read.size; ) {
    before = read.size;
    for (const segment of await listSegments(dir, name)) {
      if (read.has(segment.id)) continue;
      await using handle = await ignoreMissing(open(segment.path, 'r'));
      if (!handle) continue;
      read.add(fileId(await handle.stat({ bigint: true })));
      for await (const { lines } of readLines(handle)) yield lines;
    }
  }
}
