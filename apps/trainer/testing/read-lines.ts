import { readFile } from 'node:fs/promises';

/** The lines of a JSONL file, parsed. */
export async function linesOf(path: string): Promise<unknown[]> {
  const text = await readFile(path, 'utf8');
  return text.split('\n').flatMap((line): unknown[] => (line === '' ? [] : [JSON.parse(line)]));
}
