import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { endWithProcess } from '@learning-loop/testing/end-with-process';

interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** In its own process group. */
export interface Running {
  pid: number;
  ended: Promise<Ended>;
  /** Signals the group, if it still exists. */
  send(signal: NodeJS.Signals): void;
}

interface Place {
  cwd: string;
  /** Output is appended here. */
  log: string;
  env?: NodeJS.ProcessEnv;
}

export function startProcess(command: string[], { cwd, log, env = {} }: Place): Running {
  const [program = '', ...args] = command;
  const output = openSync(log, 'a');
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    detached: true,
    stdio: ['ignore', output, output],
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${program} cannot be started; is it installed?`);
  // No process may outlive the suite, however it ends.
  endWithProcess(child, { group: true });
  const { promise: ended, resolve } = Promise.withResolvers<Ended>();
  child.once('exit', (code, signal) => resolve({ code, signal }));
  return { pid, ended, send: (signal) => signalGroup(pid, signal) };
}

/** SIGKILL; resolves when the process is gone. */
export async function killProcess(running: Running): Promise<void> {
  running.send('SIGKILL');
  await running.ended;
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has exited.
  }
}
