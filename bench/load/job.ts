/** What the load process is to do, as JSON on its standard input. */
export interface Job {
  url: string;
  path: string;
  headers: Record<string, string>;
  /** One request each, in this order. */
  bodies: string[];
  connections: number;
  /** Requests a second, whether or not the earlier ones are answered; without it, as fast as the answers come. */
  perSecond?: number;
}

/** What it saw, as JSON on its standard output. Latencies in ms, from when a request was due. */
export interface Seen {
  answered: number;
  failed: number;
  seconds: number;
  perSecond: number;
  p50: number;
  p99: number;
}
