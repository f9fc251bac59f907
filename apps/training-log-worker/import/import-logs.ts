import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { StartError } from '@learning-loop/service/errors';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { Compile } from 'typebox/compile';
import { HypothesesLine, PersonaLine, toHypothesesRecord, toPersonaRecord } from './legacy-records.ts';

/** Per write and fsync, or upload. */
const batchLines = 1_000;

type Read<N extends LogName> = (text: string, tenant: string) => TrainingRecords[N];

const parsers = { hypotheses: Compile(HypothesesLine), persona: Compile(PersonaLine) };
const hypotheses: Read<'hypotheses_data'> = (text, tenant) =>
  toHypothesesRecord(parseLine(parsers.hypotheses, text), tenant, text);
const persona: Read<'persona_updates'> = (text, tenant) =>
  toPersonaRecord(parseLine(parsers.persona, text), tenant, text);

interface Import {
  /** Holds hypotheses_data.jsonl, persona_updates.jsonl, or both. */
  from: string;
  tenant: string;
  log: Pick<TrainingLog, 'append'>;
}

/**
 * Resolves with the number of lines by log. Checks all lines before it writes any; an import that is repeated adds
 * nothing. Throws a StartError that names the file, the line and the fault.
 */
export async function importLogs({ from, tenant, log }: Import): Promise<Record<string, number>> {
  const source = <N extends LogName>(name: N, read: Read<N>) => ({
    name,
    records: () => readRecords(path.join(from, `${name}.jsonl`), tenant, read),
    append: (records: TrainingRecords[N][]) => log.append(name, records),
  });
  const logs = [source('hypotheses_data', hypotheses), source('persona_updates', persona)] as const;
  const [first, second] = logs;
  const counts = {
    [first.name]: await countLines(first.records()),
    [second.name]: await countLines(second.records()),
  };
  if (Object.values(counts).every((lines) => lines === 0))
    throw new StartError(`${from} holds no line in hypotheses_data.jsonl or persona_updates.jsonl.`);
  await write(first.records(), first.append);
  await write(second.records(), second.append);
  return counts;
}

async function countLines(records: AsyncIterable<unknown>): Promise<number> {
  let lines = 0;
  for await (const _record of records) lines += 1;
  return lines;
}

async function write<R>(records: AsyncIterable<R>, append: (records: R[]) => Promise<void>): Promise<void> {
  let batch: R[] = [];
  for await (const record of records) {
    if (batch.push(record) < batchLines) continue;
    await append(batch);
    batch = [];
  }
  await append(batch);
}

/** Yields nothing when the file is missing. */
async function* readRecords<R>(file: string, tenant: string, read: (text: string, tenant: string) => R) {
  const missing = await access(file).then(
    () => false,
    () => true,
  );
  if (missing) return;
  let number = 0;
  for await (const text of createInterface({
    input: createReadStream(file),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    number += 1;
    if (text.trim() === '') continue;
    yield withLocation(() => read(text, tenant), `${file}, line ${number}`);
  }
}

interface Parser<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function parseLine<T>(parser: Parser<T>, text: string): T {
  const value: unknown = JSON.parse(text);
  if (parser.Check(value)) return value;
  const [fault] = parser.Errors(value);
  throw new Error(`${fault?.instancePath ?? ''} ${fault?.message ?? 'does not fit'}`.trim());
}

function withLocation<R>(read: () => R, location: string): R {
  try {
    return read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${location}: ${what}. Correct or remove the line; nothing was imported.`, {
      cause,
    });
  }
}
