import { setTimeout as sleep } from 'node:timers/promises';
import { killProcess, type Running } from './process.ts';

/** Restarted whenever it ends, as by an init system or orchestrator. */
export interface Supervised {
  name: string;
  /** Shared by all its runs. */
  log: string;
  /** Number of starts. */
  lives(): number;
  pid(): number;
  /** SIGKILL; the supervisor restarts it. */
  kill(): Promise<void>;
  /** For signals that do not end it, such as SIGSTOP. */
  send(signal: NodeJS.Signals): void;
  /** SIGTERM without a restart; resolves with the exit code, null after a signal. */
  stop(): Promise<number | null>;
  /** SIGKILL without a restart. */
  end(): Promise<void>;
  /** After `stop` or `end`. */
  start(): void;
  /** SIGTERM; resolves with the exit code, and the supervisor restarts it. */
  restart(): Promise<number | null>;
}

const PAUSE_MS = 200;

/** `later`: not started before `start` is called. */
export function supervise(
  { name, log, later }: { name: string; log: string; later: boolean },
  launch: () => Running,
): Supervised {
  let running: Running | undefined;
  let lives = 0;
  let wanted = !later;
  if (wanted) begin();

  function current(): Running {
    if (!running) throw new Error(`${name} was never started.`);
    return running;
  }

  async function watch(mine: Running): Promise<void> {
    await mine.ended;
    if (wanted && mine === running) await sleep(PAUSE_MS);
    if (wanted && mine === running) begin();
  }

  function begin(): void {
    running = launch();
    lives += 1;
    void watch(running);
  }

  return {
    name,
    log,
    lives: () => lives,
    pid: () => current().pid,
    kill: () => killProcess(current()),
    send: (signal) => current().send(signal),
    async stop() {
      wanted = false;
      running?.send('SIGTERM');
      return (await running?.ended)?.code ?? null;
    },
    async end() {
      wanted = false;
      if (running) await killProcess(running);
    },
    start() {
      wanted = true;
      begin();
    },
    async restart() {
      const old = current();
      old.send('SIGTERM');
      return (await old.ended).code;
    },
  };
}
