import { setTimeout as sleep } from 'node:timers/promises';
import { killProcess, type Running } from './process.ts';

/** A process that is started again whenever it ends, as an init system or an orchestrator would. */
export interface Supervised {
  name: string;
  /** The file that its lives write to. */
  log: string;
  /** How many processes there have been. */
  lives(): number;
  pid(): number;
  /** SIGKILL; the supervisor starts the next one. */
  kill(): Promise<void>;
  /** Sends a signal that does not end it, such as SIGSTOP. */
  send(signal: NodeJS.Signals): void;
  /** SIGTERM and no next one; resolves with the exit code, null after a signal. */
  stop(): Promise<number | null>;
  /** SIGKILL and no next one. */
  end(): Promise<void>;
  /** Begins again after `stop` or `end`. */
  start(): void;
  /** SIGTERM, and the supervisor starts the next one; resolves with the exit code of the old one. */
  restart(): Promise<number | null>;
}

const PAUSE_MS = 200;

/** `later`: it is not started before `start` is called. */
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
