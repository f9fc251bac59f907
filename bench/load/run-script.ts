import { spawn } from 'node:child_process';
import path from 'node:path';
import { json } from 'node:stream/consumers';

const bench = path.resolve(import.meta.dirname, '..');

/**
 * Runs a file of the benches in a child process, with JSON on stdin and stdout. Rejects if the output is no JSON,
 * because the process failed.
 */
export async function runScript<Answer>(file: string, input: unknown, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [path.join(bench, file)], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  child.stdin.end(JSON.stringify(input));
  return (await json(child.stdout)) as Answer;
}
