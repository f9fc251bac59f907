const hourMs = 3_600_000;

/** Tokens that a call set aside. */
interface Reservation {
  /** Replaces the estimate by what was really used. Without it the estimate stays: a failed call may cost as much. */
  settle(used: number): void;
}

/** The tokens of each tenant in the running clock hour, in this process. */
interface TokenBudget {
  /** Sets tokens aside; null when the tenant's hour does not hold as many. */
  reserve(tenant: string, tokens: number): Reservation | null;
}

/** `perHour` 0 sets no limit. */
export function createBudget(perHour: number): TokenBudget {
  let hour = 0;
  let used = new Map<string, number>();
  return {
    reserve(tenant, tokens) {
      const now = Math.floor(Date.now() / hourMs);
      if (now !== hour) {
        hour = now;
        used = new Map();
      }
      const ofThisHour = used;
      const add = (more: number) => ofThisHour.set(tenant, (ofThisHour.get(tenant) ?? 0) + more);
      if (perHour > 0 && (used.get(tenant) ?? 0) + tokens > perHour) return null;
      add(tokens);
      return { settle: (actual) => add(actual - tokens) };
    },
  };
}
