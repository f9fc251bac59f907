import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ResourceStack } from './service.ts';
import {
  findPackageManagers,
  findProcess,
  isPackageManager,
  isWrapper,
  stopOnce,
  stopOnSignals,
  stopWithParent,
} from './shutdown.ts';

interface Line {
  level: number;
  msg: string;
}

function remember() {
  const lines: Line[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines };
}

/** Replaces what the process says of itself, until the test ends. */
function pretend(property: 'ppid' | 'platform', value: number | string): void {
  const before = Object.getOwnPropertyDescriptor(process, property) ?? {};
  Object.defineProperty(process, property, { ...before, value });
  onTestFinished(() => void Object.defineProperty(process, property, before));
}

function start(command: string, args: string[]): ChildProcess & { pid: number } {
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  onTestFinished(() => {
    try {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
    } catch {}
  });
  if (child.pid === undefined) throw new Error(`${command} did not start`);
  return Object.assign(child, { pid: child.pid });
}

/** The pid of the only child of a process, once it has one. */
async function childOf(pid: number): Promise<number> {
  const children = () => readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  await expect.poll(children, { interval: 5 }).toMatch(/^\d+ $/u);
  return Number(await children());
}

describe('findProcess', () => {
  test('says the parent and the whole command of one that runs, and nothing of one that has ended', async () => {
    const child = start('sleep', ['60']);
    expect(await findProcess(child.pid)).toEqual({ parent: process.pid, command: 'sleep 60' });
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await findProcess(child.pid)).toBeUndefined();
  });

  test('takes one that has ended for ended, though nobody has asked how', async () => {
    const child = start('sh', ['-c', 'true & exec sleep 60']);
    const ended = await childOf(child.pid);
    await expect
      .poll(() => readFile(`/proc/${ended}/status`, 'utf8'), { interval: 5 })
      .toContain('State:\tZ');
    expect(await findProcess(ended)).toBeUndefined();
  });

  test('asks ps where there is no /proc', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'ps-'));
    await writeFile(join(directory, 'ps'), '#!/bin/sh\n[ "$5" = 7 ] && echo "  42  /bin/zsh -l $*"\n');
    await chmod(join(directory, 'ps'), 0o755);
    vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`);
    onTestFinished(() => void vi.unstubAllEnvs());
    pretend('platform', 'darwin');
    expect(await findProcess(7)).toEqual({
      ...{ parent: 42, command: '/bin/zsh -l -ww -o ppid=,command= -p 7' },
    });
    expect(await findProcess(8)).toBeUndefined();
  });
});

test.each([
  ['npm run start', true],
  ['npx', true],
  ['/usr/local/bin/pnpm start', true],
  ['node /usr/lib/node_modules/npm/bin/npm-cli.js run start', true],
  ['/opt/node /opt/pnpm/bin/pnpm.cjs start', true],
  ['/opt/node /opt/npx-cli.js', true],
  ['npmlog x', false],
  ['xnpm start', false],
  ['vim npm', false],
  ['node server.js npm', false],
  ['sh -c npm start', false],
])('"%s" is a package manager: %s', (command, expected) => {
  expect(isPackageManager(command)).toBe(expected);
});

test.each([
  ['sh -c node server.js', true],
  ['/bin/sh -c node server.js', true],
  ['/usr/local/bin/node script.js', true],
  ['sh script', false],
  ['bash -c node', false],
  ['node', false],
  ['vim sh -c x', false],
])('"%s" stands between a package manager and what it starts: %s', (command, expected) => {
  expect(isWrapper(command)).toBe(expected);
});

/** `manager` runs a shell that runs a program. Above them is a program that is no package manager. */
async function startChain(manager: string) {
  const directory = await mkdtemp(join(tmpdir(), 'chain-'));
  await symlink('/bin/sh', join(directory, manager));
  // The colon keeps each shell from becoming what it runs.
  const above = start('timeout', ['60', join(directory, manager), '-c', "sh -c 'sleep 60; :'; :"]);
  const outer = await childOf(above.pid);
  const shell = await childOf(outer);
  return { outer, shell, program: await childOf(shell) };
}

describe('the parents of a service', () => {
  test('are watched up to the outermost package manager', async () => {
    const { outer, shell } = await startChain('npx');
    expect(await findPackageManagers(shell)).toEqual([shell, outer]);
    expect(await findPackageManagers(outer)).toEqual([outer]);
  });

  test('are not watched where no package manager is among them, nor beyond another program', async () => {
    const { shell, program } = await startChain('sh');
    expect(await findPackageManagers(shell)).toEqual([]);
    expect(await findPackageManagers(program), 'sleep is no wrapper').toEqual([]);
    expect(await findPackageManagers(1)).toEqual([]);
    process.kill(program, 'SIGKILL');
    await expect.poll(() => findPackageManagers(program), { interval: 5 }).toEqual([]);
  });

  test.each(['outer', 'shell'] as const)(
    'end the service when the %s is killed, and not before',
    async (killed) => {
      const { outer, shell } = await startChain('npm');
      pretend('ppid', shell);
      const { log, lines } = remember();
      const stop = vi.fn();
      await stopWithParent(log, stop);
      for (let look = 0; look < 5; look += 1) await findProcess(shell);
      expect([stop.mock.calls, lines]).toEqual([[], []]);
      process.kill(killed === 'outer' ? outer : shell, 'SIGKILL');
      await expect.poll(() => stop.mock.calls.length, { interval: 20 }).toBe(1);
      expect(lines).toMatchObject([{ level: 30, msg: 'stopping', signal: 'the package manager ended' }]);
    },
  );

  test('end the service that has another parent by now', async () => {
    const { shell } = await startChain('npm');
    pretend('ppid', shell);
    const stop = vi.fn();
    await stopWithParent(remember().log, stop);
    pretend('ppid', 1);
    await expect.poll(() => stop.mock.calls.length, { interval: 20 }).toBe(1);
  });

  test('that are none do not end it', async () => {
    const { shell } = await startChain('sh');
    pretend('ppid', shell);
    const stop = vi.fn();
    await stopWithParent(remember().log, stop);
    for (let look = 0; look < 5; look += 1) await findProcess(shell);
    expect(stop).not.toHaveBeenCalled();
  });
});

/** Notes exits rather than end the tests. */
function noteExits() {
  const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
  onTestFinished(() => {
    exit.mockRestore();
    process.exitCode = undefined;
  });
  return exit.mock.calls;
}

describe('signals', () => {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

  function listen() {
    vi.useFakeTimers({ toFake: ['performance'] });
    vi.advanceTimersByTime(10_000);
    const others = signals.map((signal) => process.listeners(signal));
    for (const signal of signals) process.removeAllListeners(signal);
    onTestFinished(() => {
      vi.useRealTimers();
      for (const [n, signal] of signals.entries()) {
        process.removeAllListeners(signal);
        for (const listener of others[n] ?? []) process.on(signal, listener);
      }
    });
    const { log, lines } = remember();
    const stop = vi.fn();
    stopOnSignals(log, stop);
    return { exits: noteExits(), stop, lines };
  }

  test.each(signals)('%s stops the service, and says which it was', (signal) => {
    const { exits, stop, lines } = listen();
    process.emit(signal);
    expect([stop.mock.calls.length, exits]).toEqual([1, []]);
    expect(lines).toMatchObject([{ level: 30, msg: 'stopping', signal }]);
  });

  test('that come within half a second are one; a later one ends the process at once', () => {
    const { exits, lines } = listen();
    process.emit('SIGINT');
    vi.advanceTimersByTime(300);
    process.emit('SIGTERM');
    vi.advanceTimersByTime(200);
    process.emit('SIGINT');
    expect([exits, lines.length]).toEqual([[], 1]);
    // Counted from the first of them.
    vi.advanceTimersByTime(1);
    process.emit('SIGINT');
    expect([exits, lines.length]).toEqual([[[1]], 1]);
  });
});

describe('the end', () => {
  function prepare() {
    const { log, lines } = remember();
    const lifetime = new ResourceStack();
    const events: string[] = [];
    const flushed = Promise.withResolvers<void>();
    const logs = {
      createLogger: () => log,
      flush: async () => {
        events.push('flush');
        await flushed.promise;
      },
    };
    const exits = noteExits();
    const stop = stopOnce(lifetime, log, logs);
    const open = (name: string, close: () => Promise<void> = async () => undefined) =>
      lifetime.use(
        {
          async [Symbol.asyncDispose]() {
            events.push(name);
            await close();
          },
        },
        name,
      );
    return { stop, open, exits, events, lines, flushed };
  }

  test('closes all once, then writes the log, then exits', async () => {
    const { stop, open, exits, events, lines, flushed } = prepare();
    open('first');
    open('second');
    stop();
    stop();
    await expect.poll(() => events, { interval: 5 }).toEqual(['second', 'first', 'flush']);
    expect(lines).toMatchObject([{ level: 30, msg: 'stopped' }]);
    expect(exits).toEqual([]);
    flushed.resolve();
    await expect.poll(() => exits, { interval: 5 }).toEqual([[]]);
    expect(process.exitCode).toBeUndefined();
  });

  test('names what fails to close, closes the rest, and is no failure of the process', async () => {
    const { stop, open, exits, events, lines, flushed } = prepare();
    flushed.resolve();
    open('first');
    open('second', () => Promise.reject(new Error('stuck')));
    stop();
    await expect.poll(() => exits, { interval: 5 }).toEqual([[]]);
    expect(events).toEqual(['second', 'first', 'flush']);
    expect(lines).toMatchObject([
      { level: 50, msg: 'close_failed', resource: 'second', err: { message: 'stuck' } },
      { level: 30, msg: 'stopped' },
    ]);
    expect(process.exitCode).toBeUndefined();
  });

  test('waits 20 s for what does not close, and exits with 1', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const { stop, open, exits, lines, flushed } = prepare();
    flushed.resolve();
    open('queue', () => new Promise(() => {}));
    stop();
    await vi.advanceTimersByTimeAsync(19_999);
    expect(lines).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(exits).toEqual([[]]));
    expect(lines).toMatchObject([
      { level: 60, msg: 'Error: Not closed within 20 s: queue.' },
      { level: 30, msg: 'stopped' },
    ]);
    expect(process.exitCode).toBe(1);
  });
});
