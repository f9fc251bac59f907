import { Writable } from 'node:stream';
import type { Db } from '@learning-loop/db/connect';
import { pino } from 'pino';

const tables = [
  ...(['interactions', 'selections', 'outbox', 'dead_letters', 'memories', 'personas', 'feedback'] as const),
  ...(['user_settings', 'erasures', 'models', 'model_changes', 'experiments', 'dataset_builds'] as const),
];

// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern detects them
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

/** Stored texts that no valid request can contain: with broken Unicode or control characters. */
export async function findLeaks(db: Db): Promise<string[]> {
  const rows = await Promise.all(tables.map((table) => db.selectFrom(table).selectAll().execute()));
  return collectTexts(rows).filter((text) => !text.isWellFormed() || control.test(text));
}

function collectTexts(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return [];
  return Object.entries(value).flatMap(([key, held]) => [key, ...collectTexts(held)]);
}

/** Captures all log levels. */
export function createCapturingLog() {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { log: pino({ level: 'trace' }, stream), lines: () => written.join('').split('\n').filter(Boolean) };
}
