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

/** Internals: stacks, paths, SQL, drivers, servers. */
const internals =
  /node_modules|\.ts:\d|\bat \w+ \(|node:internal|syntax error at|relation "|violates|duplicate key|pg_\w*|kysely|ECONN\w*|SQLSTATE|select .+? from /giu;

/** The first internal that a JSON body discloses. What an error quotes of the request is none. */
export function findDisclosure(body: string, sent: string): string | undefined {
  const quotable = [sent, decode(sent)].flatMap((text) => [text, text.replaceAll('/', '.')]);
  // An echo ends at an ellipsis; what follows is another text.
  const texts = collectTexts(JSON.parse(body)).flatMap((text) => text.split('…'));
  const found = texts.flatMap((text) => text.match(internals) ?? []);
  return found.find((text) => !quotable.some((one) => one.includes(text)));
}

/** Decodes the percent-encoding that is valid. */
const decode = (text: string) =>
  text.replaceAll(/(?:%[0-9a-f]{2})+/giu, (bytes) => {
    try {
      return decodeURIComponent(bytes);
    } catch {
      return bytes;
    }
  });

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
