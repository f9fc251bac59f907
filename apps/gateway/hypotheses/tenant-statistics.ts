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

export interface TenantStatistics {
  calibration: Calibration;
  /** Newest first. */
  selectionsOfOthers(userId: string): PastSelection[];
}

const ttlMs = 10_000;
const maxTenants = 1_000;
const maxForCalibration = 1_000;
const maxForRanking = 100;

/** Cached for 10 s; stale values serve during a refresh. */
export function createTenantStatistics(db: Db): (tenantId: string) => Promise<TenantStatistics> {
  const cache = new LRUCache<string, TenantStatistics>({
    max: maxTenants,
    ttl: ttlMs,
    allowStale: true,
    fetchMethod: async (tenantId) =>
      toStatistics(
        await asTenant(db, tenantId, (tx) => listTenantSelections(tx, tenantId, maxForCalibration)),
      ),
  });
  return (tenantId) => cache.forceFetch(tenantId);
}

function toStatistics(selections: Selection[]): TenantStatistics {
  const past = selections
    .slice(0, maxForRanking)
    .map((selection) => ({ ...selection, at: selection.selected_at }));
  return {
    calibration: fitCalibration(selections.flatMap(toOutcomes)),
    selectionsOfOthers: (userId) => past.filter(({ user_id }) => user_id !== userId),
  };
}

function toOutcomes({ shown }: Selection): CalibrationOutcome[] {
  return shown.map(({ raw_confidence, chosen }) => ({ confidence: raw_confidence, selected: chosen }));
}
