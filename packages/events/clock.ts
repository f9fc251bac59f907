/** A moment of PostgreSQL's clock, and the monotonic time at which this process heard of it. */
let anchor: { at: number; heardAt: number } | undefined;

/** Call with what PostgreSQL said just now. */
export function observeDatabaseTime(at: Date): void {
  anchor = { at: at.getTime(), heardAt: performance.now() };
}

/**
 * Unix time in ms by PostgreSQL's clock, to within the time that an answer takes: all processes agree on it, however
 * wrong the clocks of their machines are. Before PostgreSQL was asked, the time of this machine.
 */
export function databaseNow(): number {
  return anchor === undefined ? Date.now() : anchor.at + performance.now() - anchor.heardAt;
}
