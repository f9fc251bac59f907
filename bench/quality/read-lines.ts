import { readFileSync } from 'node:fs';
import type { Static, TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

/** The lines of a JSONL file beside the code, each checked against its schema. */
export function readLines<T extends TSchema>(path: string, schema: T): Static<T>[] {
  const parser = Compile(schema);
  const lines = readFileSync(new URL(path, import.meta.url), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => parser.Parse(JSON.parse(line)));
}
