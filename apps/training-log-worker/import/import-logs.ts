import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { isTenant, tenantRule } from '@learning-loop/events/text-rules';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { readJsonLines } from '@learning-loop/service/json-lines';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { Compile } from 'typebox/compile';
import { HypothesesLine, PersonaLine, toHypothesesRecord, toPersonaRecord } from './legacy-records.ts';

/** Per write and fsync, or upload. */
const batchLines = 1_000;

type Read<N extends LogName> = (value: unknown, tenant: string, text: string) => TrainingRecords[N];

const parsers = { hypotheses: Compile(HypothesesLine), persona: Compile(PersonaLine) };
const hypotheses: Read<'hypotheses_data'> = (value, tenant, text) =>
  toHypothesesRecord(checkLine(parsers.hypotheses, value), tenant, text);
const persona: Read<'persona_updates'> = (value, tenant, text) =>
  toPersonaRecord(checkLine(parsers.persona, value), tenant, text);

interface Import {
  /** Holds hypotheses_data.jsonl, persona_updates.jsonl, or both, and what a rotation left beside them. */
  from: string;
  tenant: string;
  log: Pick<TrainingLog, 'append'>;
}

/**
 * Resolves with the number of lines by log. Checks all lines before it writes any; an import that is repeated adds
 * nothing. Throws a StartError that names the file, the line and the fault.
 */
export async function importLogs({ from, tenant, log }: Import): Promise<Record<string, number>> {
  if (!isTenant(tenant)) throw new StartError(`--tenant ${tenantRule}.`);
  const files = await listFiles(from);
  const source = <N extends LogName>(name: N, read: Read<N>) => ({
    name,
    records: () => readRecords(logFiles(from, files, name), tenant, read),
    append: (records: TrainingRecords[N][]) => log.append(name, records),
  });
  const logs = [source('hypotheses_data', hypotheses), source('persona_updates', persona)] as const;
  const [first, second] = logs;
  const counts = await checkFirst(async () => ({
    [first.name]: await countLines(first.records()),
    [second.name]: await countLines(second.records()),
  }));
  if (Object.values(counts).every((lines) => lines === 0))
    throw new StartError(`${from} holds no line in hypotheses_data.jsonl or persona_updates.jsonl.`);
  await write(first.records(), first.append);
  await write(second.records(), second.append);
  return counts;
}

async function checkFirst<T>(check: () => Promise<T>): Promise<T> {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    throw new StartError(`${error.message} Nothing was imported.`, { cause: error });
  }
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

async function listFiles(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch (cause) {
    const what = errorCode(cause) === 'ENOTDIR' ? 'is no directory' : `cannot be read (${errorCode(cause)})`;
    throw new StartError(`${directory} ${what}; name the directory that holds the old logs.`, { cause });
  }
}

/** With those of a rotation, such as name.1.jsonl and name.jsonl.1. Other files that begin so are refused, not ignored. */
function logFiles(directory: string, files: string[], name: LogName): string[] {
  const own = files.filter((file) => file.startsWith(name));
  const lines = new RegExp(`^${name}([._-][\\w.-]+)?\\.jsonl([._-]\\d+)*$`);
  const other = own.find((file) => !lines.test(file));
  if (other !== undefined)
    throw new StartError(
      `${path.join(directory, other)} is no file of JSON lines by its name; unpack it to ${name}.1.jsonl, or move it elsewhere.`,
    );
  return own.map((file) => path.join(directory, file));
}

async function* readRecords<N extends LogName>(files: string[], tenant: string, read: Read<N>) {
  for (const file of files)
    for await (const { text, value, place } of readJsonLines(file))
      yield withLocation(() => read(value, tenant, text), place);
}

interface Parser<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function checkLine<T>(parser: Parser<T>, value: unknown): T {
  if (parser.Check(value)) return value;
  const [fault] = parser.Errors(value);
  const field = fault?.instancePath.slice(1).replaceAll('/', '.') || 'the line';
  throw new Error(`${field} ${fault?.message ?? 'does not fit'}`);
}

function withLocation<R>(read: () => R, place: string): R {
  try {
    return read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${place}: ${what}; correct or remove the line.`, { cause });
  }
}
