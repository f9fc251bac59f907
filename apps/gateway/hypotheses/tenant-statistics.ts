import type { Db } from '@learning-loop/db/connect';
import { listTenantSelections } from '@learning-loop/db/loop/tenant-selections';
import { asTenant } from '@learning-loop/db/transactions';
import { databaseNow } from '@learning-loop/events/clock';
import { learnFromTenant, type TenantExperience } from '@learning-loop/learning/ranking/tenant-experience';
import { LRUCache } from 'lru-cache';
import { boundSelections } from './compared-texts.ts';

const ttlMs = 10_000;
const maxTenants = 1_000;
/** Of the newest `window` selections of a tenant, `total` are read, at most `perUser` of each user. */
const limits = { window: 5_000, perUser: 30, total: 1_000 };
/** Of all texts that requests are compared with. */
const maxComparedChars = 32_000;
/** As the trainer's default: selections of younger users count less. */
const quarantineMs = 24 * 3_600_000;

/** Cached for 10 s; stale values serve during a refresh. */
export function createTenantStatistics(db: Db): (tenantId: string) => Promise<TenantExperience> {
  const cache = new LRUCache<string, TenantExperience>({
    max: maxTenants,
    ttl: ttlMs,
    allowStale: true,
    fetchMethod: (tenantId) => loadExperience(db, tenantId),
  });
  return (tenantId) => cache.forceFetch(tenantId);
}

async function loadExperience(db: Db, tenantId: string): Promise<TenantExperience> {
  const now = new Date(databaseNow());
  const youngSince = new Date(now.getTime() - quarantineMs);
  const selections = await asTenant(db, tenantId, (tx) =>
    listTenantSelections(tx, tenantId, { ...limits, youngSince }),
  );
  return learnFromTenant(selections, now, (drawn) => boundSelections(drawn, maxComparedChars));
}
