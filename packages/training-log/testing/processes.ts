import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { collect } from './collect.ts';

const writer = fileURLToPath(new URL('./write-batches.ts', import.meta.url));

/** The command line of a writer process. */
export function writerCommand(dir: string, prefix: string, batches: number): string[] {
  return [process.execPath, writer, dir, prefix, String(batches)];
}

interface Told {
  acknowledged?: number;
  code?: string;
  refused?: number;
  messages?: string[];
  records?: number;
  broken?: number;
  duplicates?: number;
}

interface Running {
  child: ChildProcess;
  /** What it says, line by line, to the end. */
  says: AsyncIterable<Told>;
}

/** Starts a process that is killed at the end of the test at the latest. */
export function start([command = '', ...args]: string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, says: told(child) };
}

/** Runs a process to its end and gives what it said. Throws when it fails, naming the command. */
export async function run(command: string[], env: NodeJS.ProcessEnv = {}): Promise<Told[]> {
  const { child, says } = start(command, env);
  const exit = once(child, 'close');
  const lines = await collect(says);
  const [code, signal] = await exit;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code ?? signal}`);
  return lines;
}

async function* told(child: ChildProcess): AsyncGenerator<Told> {
  if (!child.stdout) throw new Error('standard output is not a pipe');
  for await (const line of createInterface(child.stdout)) yield JSON.parse(line);
}
