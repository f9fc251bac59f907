import type { Accepted } from './harness/load.ts';
import type { PostgresServer } from './harness/postgres-server.ts';
import type { System, Wishes } from './harness/system.ts';

/** What a fault may use while it runs. */
export interface Bench {
  size: Size;
  postgres: PostgresServer;
  /** A system of its own; ended, and its directory deleted, when the fault is over and all was well. */
  start(wishes?: Wishes): Promise<System>;
  /** Keeps a resource until the oracle has spoken. */
  use<T extends AsyncDisposable>(resource: T): T;
  directory: string;
}

export interface Size {
  /** Accepted selections, at least. */
  picks: number;
  short: boolean;
}

/** What a fault leaves to be judged. */
export interface Aftermath {
  system: System;
  accepted: Accepted[];
  /** From the end of the fault until everything that was owed then is learned, in ms. */
  recoveryMs: number;
  /** What else was measured, for the reader of the table. */
  notes: string;
  /** What was promised and not kept, besides the oracle's faults. */
  broken: string[];
  /**
   * Promises about time that were not kept. Full strength is judged by them; the short form only notes them, as what
   * runs beside it takes any time from it.
   */
  late?: string[];
}

export interface Fault {
  number: number;
  name: string;
  /** Programs that must be there, by the name they are called by. */
  needs?: string[];
  /** Part of the short form. */
  short?: boolean;
  run(bench: Bench): Promise<Aftermath>;
}
