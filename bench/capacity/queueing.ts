/** Share of the time that each of `servers` is busy: the utilisation law, U = X·S (Denning and Buzen, 1978). */
export function utilisation(perSecond: number, serviceSeconds: number, servers = 1): number {
  return (perSecond * serviceSeconds) / servers;
}

/**
 * The chance that an arrival has to wait in M/M/c, by Erlang's C formula (Erlang, 1917), reached through the recursion of
 * his B formula, which does not overflow. `load` is in erlangs; 1 when the servers do not keep up.
 */
export function erlangC(servers: number, load: number): number {
  if (load >= servers) return 1;
  if (load === 0) return 0;
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (load * blocked) / (n + load * blocked);
  return blocked / (1 - (load / servers) * (1 - blocked));
}

/** Seconds that an arrival waits in M/M/c, in the mean: C / (cμ − λ). Infinity when the servers do not keep up. */
export function waitSeconds(perSecond: number, serviceSeconds: number, servers: number): number {
  const load = perSecond * serviceSeconds;
  if (load >= servers) return Number.POSITIVE_INFINITY;
  return (erlangC(servers, load) * serviceSeconds) / (servers - load);
}

export interface Comfort {
  /** Share of the time, in ]0, 1[, that a server may be busy: the rest is for bursts and for one that is lost. */
  busyAtMost: number;
  /** In the mean. */
  waitSecondsAtMost: number;
}

/** The fewest servers that are not busier than that, and let nobody wait for longer. */
export function serversFor(perSecond: number, serviceSeconds: number, comfort: Comfort): number {
  let servers = Math.max(1, Math.ceil(utilisation(perSecond, serviceSeconds) / comfort.busyAtMost));
  while (waitSeconds(perSecond, serviceSeconds, servers) > comfort.waitSecondsAtMost) servers += 1;
  return servers;
}
