import type { Db } from '@learning-loop/db/connect';
import { listTenantSelections, type Selection } from '@learning-loop/db/loop/selections';
import { asTenant } from '@learning-loop/db/transactions';
import {
  type Calibration,
  type CalibrationOutcome,
  fitCalibration,
} from '@learning-loop/learning/ranking/calibration';
import type { PastSelection } from '@learning-loop/learning/ranking/history-features';
import { LRUCache } from 'lru-cache';

/** What all users of a tenant have taught: which options they choose, and how far confidences are to be trusted. */
export interface TenantStatistics {
  calibration: Calibration;
  /** Newest first. */
  selectionsOfOthers(userId: string): PastSelection[];
}

const freshMs = 10_000;
const mostTenants = 1_000;
const readForCalibration = 1_000;
const readForRanking = 100;

/** Each tenant's experience, read anew after 10 s; while it is read, the one before serves. */
export function createTenantStatistics(db: Db): (tenantId: string) => Promise<TenantStatistics> {
  const cache = new LRUCache<string, TenantStatistics>({
    max: mostTenants,
    ttl: freshMs,
    allowStale: true,
    fetchMethod: async (tenantId) =>
      experienceOf(
        await asTenant(db, tenantId, (tx) => listTenantSelections(tx, tenantId, readForCalibration)),
      ),
  });
  return (tenantId) => cache.forceFetch(tenantId);
}

function experienceOf(choices: Selection[]): TenantStatistics {
  const past = choices.slice(0, readForRanking).map((choice) => ({ ...choice, at: choice.selected_at }));
  return {
    calibration: fitCalibration(choices.flatMap(outcomesOf)),
    selectionsOfOthers: (userId) => past.filter(({ user_id }) => user_id !== userId),
  };
}

function outcomesOf({ shown }: Selection): CalibrationOutcome[] {
  return shown.map(({ raw_confidence, chosen }) => ({ confidence: raw_confidence, selected: chosen }));
}
