import type { Accepted } from './harness/load.ts';
import type { PostgresServer } from './harness/postgres-server.ts';
import type { System, SystemOptions } from './harness/system.ts';

export interface Bench {
  size: Size;
  postgres: PostgresServer;
  /** Stopped, and its directory deleted, if the fault passes. */
  start(wishes?: SystemOptions): Promise<System>;
  /** Disposes of the resource after the oracle's check. */
  use<T extends AsyncDisposable>(resource: T): T;
  directory: string;
}

export interface Size {
  /** Minimum of accepted selections. */
  selections: number;
  short: boolean;
}

export interface Aftermath {
  system: System;
  accepted: Accepted[];
  /** In ms, from the end of the fault until everything pending then is learned. */
  recoveryMs: number;
  /** For the table's last column. */
  notes: string;
  /** Broken promises besides the oracle's faults. */
  broken: string[];
  /**
   * Broken promises about time. They fail the long form; the short form only notes them, since it shares the machine.
   */
  late?: string[];
}

export interface Fault {
  number: number;
  name: string;
  /** Required programs. */
  needs?: string[];
  /** Whether the short form includes it. */
  short?: boolean;
  run(bench: Bench): Promise<Aftermath>;
}
