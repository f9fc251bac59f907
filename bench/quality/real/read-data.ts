import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** The lines of a JSONL file of the data directory, each checked against its schema; other fields are left alone. */
export function readData<T extends TSchema>(directory: string, name: string, schema: T): Static<T>[] {
  const parser = Compile(schema);
  const lines = readFileSync(join(directory, name), 'utf8').trim().split('\n');
  return lines.map((line) => parser.Parse(JSON.parse(line)));
}
