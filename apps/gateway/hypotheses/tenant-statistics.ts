import type { Db, Tx } from '@learning-loop/db/connect';
import { listTenantOutcomes, listTenantSelections } from '@learning-loop/db/loop/selections';
import { asTenant } from '@learning-loop/db/transactions';
import { type Calibration, fitCalibration } from '@learning-loop/learning/ranking/calibration';
import type { PastSelection } from '@learning-loop/learning/ranking/history-features';
import { LRUCache } from 'lru-cache';
import { boundSelections } from './compared-texts.ts';

export interface TenantStatistics {
  calibration: Calibration;
  /** Newest first. */
  selectionsOfOthers(userId: string): PastSelection[];
}

const ttlMs = 10_000;
const maxTenants = 1_000;
const maxForCalibration = 1_000;
const maxForRanking = 100;
/** Of all texts together. */
const maxComparedChars = 32_000;

/** Cached for 10 s; stale values serve during a refresh. */
export function createTenantStatistics(db: Db): (tenantId: string) => Promise<TenantStatistics> {
  const cache = new LRUCache<string, TenantStatistics>({
    max: maxTenants,
    ttl: ttlMs,
    allowStale: true,
    fetchMethod: (tenantId) => asTenant(db, tenantId, (tx) => loadStatistics(tx, tenantId)),
  });
  return (tenantId) => cache.forceFetch(tenantId);
}

async function loadStatistics(tx: Tx, tenantId: string): Promise<TenantStatistics> {
  const outcomes = await listTenantOutcomes(tx, tenantId, maxForCalibration);
  const selections = await listTenantSelections(tx, tenantId, maxForRanking);
  const past = boundSelections(
    selections.map((selection) => ({ ...selection, at: selection.selected_at })),
    maxComparedChars,
  );
  return {
    calibration: fitCalibration(
      outcomes.map(({ raw_confidence, chosen }) => ({ confidence: raw_confidence, selected: chosen })),
    ),
    selectionsOfOthers: (userId) => past.filter(({ user_id }) => user_id !== userId),
  };
}
