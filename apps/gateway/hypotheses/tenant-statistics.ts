import type { Db } from '@learning-loop/db/connect';
import { type ChoiceMade, choicesOfTenant } from '@learning-loop/db/loop/selections';
import { asTenant } from '@learning-loop/db/transactions';
import { type Calibration, fitCalibration, type Outcome } from '@learning-loop/learning/ranking/calibration';
import type { PastChoice } from '@learning-loop/learning/ranking/history-features';
import { LRUCache } from 'lru-cache';

/** What all users of a tenant have taught: which options they choose, and how far confidences are to be trusted. */
export interface TenantExperience {
  calibration: Calibration;
  /** Newest first. */
  choicesBut(userId: string): PastChoice[];
}

const freshMs = 10_000;
const mostTenants = 1_000;
const readForCalibration = 1_000;
const readForRanking = 100;

/** Each tenant's experience, read anew after 10 s; while it is read, the one before serves. */
export function tenantExperiences(db: Db): (tenantId: string) => Promise<TenantExperience> {
  const cache = new LRUCache<string, TenantExperience>({
    max: mostTenants,
    ttl: freshMs,
    allowStale: true,
    fetchMethod: async (tenantId) =>
      experienceOf(await asTenant(db, tenantId, (tx) => choicesOfTenant(tx, tenantId, readForCalibration))),
  });
  return (tenantId) => cache.forceFetch(tenantId);
}

function experienceOf(choices: ChoiceMade[]): TenantExperience {
  const past = choices.slice(0, readForRanking).map((choice) => ({ ...choice, at: choice.selected_at }));
  return {
    calibration: fitCalibration(choices.flatMap(outcomesOf)),
    choicesBut: (userId) => past.filter(({ user_id }) => user_id !== userId),
  };
}

function outcomesOf({ shown }: ChoiceMade): Outcome[] {
  return shown.map(({ raw_confidence, chosen }) => ({ confidence: raw_confidence, picked: chosen }));
}
