import { spawn } from 'node:child_process';
import path from 'node:path';
import { json } from 'node:stream/consumers';

const bench = path.resolve(import.meta.dirname, '..');

/**
 * Runs a file of the benches as a process of its own, with a question as JSON on its standard input; resolves with the
 * JSON on its standard output. Throws when that is none, because the process failed.
 */
export async function ask<Answer>(file: string, question: unknown, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(bench, file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  child.stdin.end(JSON.stringify(question));
  return (await json(child.stdout)) as Answer;
}
