import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import { StartError } from '@learning-loop/service/errors';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { Compile } from 'typebox/compile';
import { HypothesesLine, hypothesesRecord, PersonaLine, personaRecord } from './legacy-records.ts';

/** One group of lines is one write and one fsync, or one upload. */
const groupLines = 1_000;

type Read<N extends LogName> = (text: string, tenant: string) => TrainingRecords[N];

const parsers = { hypotheses: Compile(HypothesesLine), persona: Compile(PersonaLine) };
const hypotheses: Read<'hypotheses_data'> = (text, tenant) =>
  hypothesesRecord(parsed(parsers.hypotheses, text), tenant, text);
const persona: Read<'persona_updates'> = (text, tenant) =>
  personaRecord(parsed(parsers.persona, text), tenant, text);

interface Import {
  /** Holds hypotheses_data.jsonl, persona_updates.jsonl, or both. */
  from: string;
  tenant: string;
  log: Pick<TrainingLog, 'append'>;
}

/**
 * Brings logs of the established format, whose lines name no event, into the training log; resolves with the lines by
 * log. All lines are checked before the first is written; done twice, a line counts once. Throws StartError that names
 * the file, the line and what is wrong with it.
 */
export async function importLogs({ from, tenant, log }: Import): Promise<Record<string, number>> {
  const of = <N extends LogName>(name: N, read: Read<N>) => ({
    name,
    records: () => recordsIn(path.join(from, `${name}.jsonl`), tenant, read),
    append: (records: TrainingRecords[N][]) => log.append(name, records),
  });
  const logs = [of('hypotheses_data', hypotheses), of('persona_updates', persona)] as const;
  const [first, second] = logs;
  const found = { [first.name]: await check(first.records()), [second.name]: await check(second.records()) };
  if (Object.values(found).every((lines) => lines === 0))
    throw new StartError(`${from} holds no line in hypotheses_data.jsonl or persona_updates.jsonl.`);
  await write(first.records(), first.append);
  await write(second.records(), second.append);
  return found;
}

async function check(records: AsyncIterable<unknown>): Promise<number> {
  let lines = 0;
  for await (const _record of records) lines += 1;
  return lines;
}

async function write<R>(records: AsyncIterable<R>, append: (records: R[]) => Promise<void>): Promise<void> {
  let group: R[] = [];
  for await (const record of records) {
    if (group.push(record) < groupLines) continue;
    await append(group);
    group = [];
  }
  await append(group);
}

/** None when there is no such file. */
async function* recordsIn<R>(file: string, tenant: string, read: (text: string, tenant: string) => R) {
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
    yield readLine(() => read(text, tenant), `${file}, line ${number}`);
  }
}

interface Parser<T> {
  Check(value: unknown): value is T;
  Errors(value: unknown): { instancePath: string; message: string }[];
}

function parsed<T>(parser: Parser<T>, text: string): T {
  const value: unknown = JSON.parse(text);
  if (parser.Check(value)) return value;
  const [fault] = parser.Errors(value);
  throw new Error(`${fault?.instancePath ?? ''} ${fault?.message ?? 'does not fit'}`.trim());
}

function readLine<R>(read: () => R, place: string): R {
  try {
    return read();
  } catch (cause) {
    const what = cause instanceof Error ? cause.message : String(cause);
    throw new StartError(`${place}: ${what}. Correct or remove the line; nothing was imported.`, { cause });
  }
}
