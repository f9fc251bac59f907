import { open } from 'node:fs/promises';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { LogCounter } from './disk/count.ts';
import { ignoreMissing } from './files.ts';
import { IdSet } from './id-set.ts';
import { fileId, segments } from './layout.ts';
import { parseRecord, readLines } from './lines.ts';
import { isOnS3 } from './location.ts';

/** The records of a log. What was left out on the way is counted in `skipped`, for the latest iteration. */
interface TrainingLogReader<N extends LogName> extends AsyncIterable<TrainingRecords[N]> {
  readonly skipped: {
    /** Lines that are no JSON object with an event_id. A torn last line is not among them. */
    broken: number;
    duplicates: number;
  };
}

/**
 * Reads all segments of a log, streaming: memory is one chunk of 1 MB, its longest line, and the ids seen (IdSet:
 * about 32 bytes a record). The first of several lines with one event_id is kept, and a torn last line is left out.
 * Safe while writers append, rotate and rewrite; a directory or log that is not there is empty.
 */
export function readTrainingLog<N extends LogName>(dir: string, name: N): TrainingLogReader<N> {
  const skipped = { broken: 0, duplicates: 0 };
  if (isOnS3(dir)) return { skipped, [Symbol.asyncIterator]: () => recordsOnS3<N>(dir, name, skipped) };
  return { skipped, [Symbol.asyncIterator]: () => distinctRecords<N>(dir, name, skipped) };
}

async function* recordsOnS3<N extends LogName>(
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

/**
 * How many distinct records of a tenant each log has. Only what was appended since the last call is read; a line counts as a
 * duplicate when its event_id is among the 250,000 distinct ones before it, which bounds memory to 16 MB a log.
 */
export async function countRecords(dir: string, tenantId: string): Promise<Record<LogName, number>> {
  const counter = counters.get(dir) ?? (await newCounters(dir));
  counters.set(dir, counter);
  return {
    hypotheses_data: await counter.hypotheses_data.count(tenantId),
    persona_updates: await counter.persona_updates.count(tenantId),
    ranking_data: await counter.ranking_data.count(tenantId),
    user_feedback: await counter.user_feedback.count(tenantId),
  };
}

async function newCounters(dir: string): Promise<Record<LogName, Counter>> {
  const Counts = isOnS3(dir) ? (await import('./s3/records.ts')).S3LogCounter : LogCounter;
  return {
    hypotheses_data: new Counts(dir, 'hypotheses_data'),
    persona_updates: new Counts(dir, 'persona_updates'),
    ranking_data: new Counts(dir, 'ranking_data'),
    user_feedback: new Counts(dir, 'user_feedback'),
  };
}

async function* distinctRecords<N extends LogName>(
  dir: string,
  name: N,
  skipped: { broken: number; duplicates: number },
): AsyncGenerator<TrainingRecords[N]> {
  const ids = new IdSet();
  Object.assign(skipped, { broken: 0, duplicates: 0 });
  for await (const lines of segmentLines(dir, name)) {
    for (const line of lines) {
      const record = parseRecord<N>(line);
      if (!record) skipped.broken++;
      else if (!ids.add(record.event_id)) skipped.duplicates++;
      else yield record;
    }
  }
}

/** Goes over the list of segments again until it names no new file, because segments move while they are read. */
async function* segmentLines(dir: string, name: LogName): AsyncGenerator<Buffer[]> {
  const read = new Set<string>();
  for (let before = -1; before < read.size; ) {
    before = read.size;
    for (const segment of await segments(dir, name)) {
      if (read.has(segment.id)) continue;
      await using handle = await ignoreMissing(open(segment.path, 'r'));
      if (!handle) continue;
      read.add(fileId(await handle.stat({ bigint: true })));
      for await (const { lines } of readLines(handle)) yield lines;
    }
  }
}
