/** What a tenant may use; 0 sets no limit. */
export interface Spending {
  tokensPerHour: number;
  costPerDay: number;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Tokens of a call: estimated before it, and as the server counted them after it. */
export interface Usage {
  prompt: number;
  completion: number;
}

/** Per million tokens, in the currency of the budget. */
export interface Prices {
  input: number;
  output: number;
}

/** What a call set aside. */
interface Reservation {
  /** Replaces the estimate by what was really used. Without it the estimate stays: a failed call may cost as much. */
  settle(used: Usage): void;
}

/** What each tenant may use: tokens in the running clock hour, and money in the running day (UTC), in this process. */
export interface Budget {
  /** Sets a call's tokens and price aside; or says of what the tenant has not as much left, and then sets nothing aside. */
  reserve(tenant: string, estimate: Usage, prices: Prices): Reservation | 'over_budget' | 'over_cost';
}

export function createBudget({ tokensPerHour, costPerDay }: Spending): Budget {
  const tokens = createAllowance(tokensPerHour, hourMs);
  const money = createAllowance(costPerDay, dayMs);
  return {
    reserve(tenant, estimate, prices) {
      const settleTokens = tokens(tenant, tokensIn(estimate));
      if (settleTokens === null) return 'over_budget';
      const settleMoney = money(tenant, computeCost(estimate, prices));
      if (settleMoney === null) {
        settleTokens(0);
        return 'over_cost';
      }
      return {
        settle(used) {
          settleTokens(tokensIn(used));
          settleMoney(computeCost(used, prices));
        },
      };
    },
  };
}

const tokensIn = ({ prompt, completion }: Usage): number => prompt + completion;

export function computeCost({ prompt, completion }: Usage, { input, output }: Prices): number {
  return (prompt * input + completion * output) / 1e6;
}

/** Takes an amount from the tenant's share of the running period; null when that does not hold as much. */
type Allowance = (tenant: string, amount: number) => ((actual: number) => void) | null;

/** `limit` 0 sets none. */
function createAllowance(limit: number, periodMs: number): Allowance {
  let period = 0;
  let used = new Map<string, number>();
  return (tenant, amount) => {
    const now = Math.floor(Date.now() / periodMs);
    if (now !== period) {
      period = now;
      used = new Map();
    }
    const ofThisPeriod = used;
    const add = (more: number) => ofThisPeriod.set(tenant, (ofThisPeriod.get(tenant) ?? 0) + more);
    if (limit > 0 && (used.get(tenant) ?? 0) + amount > limit) return null;
    add(amount);
    return (actual) => void add(actual - amount);
  };
}
