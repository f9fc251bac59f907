/** Limits of one tenant; 0 means unlimited. */
export interface Spending {
  tokensPerHour: number;
  costPerDay: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

export interface Usage {
  prompt: number;
  completion: number;
}

/** Per million tokens, in the currency of the budget. */
export interface Prices {
  input: number;
  output: number;
}

interface Reservation {
  /** Replaces the estimate. Without it the estimate stays: a failed call may cost as much. */
  settle(used: Usage): void;
}

/** Per tenant and process: tokens in the current clock hour and cost in the current day (UTC). */
export interface Budget {
  /** Reserves tokens and cost, or nothing where either limit would be exceeded. */
  reserve(tenant: string, estimate: Usage, prices: Prices): Reservation | 'over_budget' | 'over_cost';
}

export function createBudget({ tokensPerHour, costPerDay }: Spending): Budget {
  const tokens = createAllowance(tokensPerHour, hourMs);
  const money = createAllowance(costPerDay, dayMs);
  return {
    reserve(tenant, estimate, prices) {
      const settleTokens = tokens(tenant, sumTokens(estimate));
      if (settleTokens === null) return 'over_budget';
      const settleMoney = money(tenant, computeCost(estimate, prices));
      if (settleMoney === null) {
        settleTokens(0);
        return 'over_cost';
      }
      return {
        settle(used) {
          settleTokens(sumTokens(used));
          settleMoney(computeCost(used, prices));
        },
      };
    },
  };
}

const sumTokens = ({ prompt, completion }: Usage): number => prompt + completion;

export function computeCost({ prompt, completion }: Usage, { input, output }: Prices): number {
  return (prompt * input + completion * output) / 1e6;
}

/** Null when the amount exceeds what is left; else settles it. */
type Allowance = (tenant: string, amount: number) => ((actual: number) => void) | null;

function createAllowance(limit: number, periodMs: number): Allowance {
  let period = 0;
  let used = new Map<string, number>();
  return (tenant, amount) => {
    const now = Math.floor(Date.now() / periodMs);
    if (now !== period) {
      period = now;
      used = new Map();
    }
    const usedInPeriod = used;
    const add = (more: number) => usedInPeriod.set(tenant, (usedInPeriod.get(tenant) ?? 0) + more);
    if (limit > 0 && (used.get(tenant) ?? 0) + amount > limit) return null;
    add(amount);
    return (actual) => void add(actual - amount);
  };
}
