import type { MachineUsage } from '../environment/machine-usage.ts';

/** What the load process is to do, as JSON on its standard input. */
export type Job = Load & (Posts | Gets);

interface Load {
  url: string;
  headers: Record<string, string>;
  connections: number;
  /** Requests a second, whether or not the earlier ones are answered; without it, as fast as the answers come. */
  perSecond?: number;
}

interface Posts {
  path: string;
  /** One request each, in this order. */
  bodies: string[];
}

interface Gets {
  /** One request each, in this order. */
  paths: string[];
}

/** What it saw, as JSON on its standard output. Latencies in ms, from when a request was due. */
export interface LoadResult {
  answered: number;
  failed: number;
  /** When the first request was sent, in ms since 1970. */
  startedAt: number;
  seconds: number;
  perSecond: number;
  p50: number;
  p99: number;
  meanwhile: MachineUsage;
}
