import type { EquivalentMutant } from '../fate.ts';

/** Equivalent mutants of the folder apps. */
export const equivalentInApps: EquivalentMutant[] = [
  {
    file: 'apps/gateway/auth/api-key-store.ts',
    line: 'if (lastUsed.size === 0) return;',
    change: ['lastUsed.size === 0', 'false'],
    reason: 'It saves a statement that would update nothing.',
  },
  {
    file: 'apps/gateway/hypotheses/compared-texts.ts',
    line: 'if (length === Number.POSITIVE_INFINITY) return [...selections];',
    change: ['length === Number.POSITIVE_INFINITY', 'false'],
    reason: 'It saves copies of what is cut nowhere.',
  },
  {
    file: 'apps/gateway/hypotheses/embedding-lookup.ts',
    line: 'if (uncached.length === 0) return;',
    change: ['uncached.length === 0', 'false'],
    reason: 'It saves a query that would find nothing.',
  },
  {
    file: 'apps/gateway/selections/accept-selection.ts',
    line: 'if (refs.length === 0) return;',
    change: ['refs.length === 0', 'false'],
    reason: 'It saves the publisher a round in which it adds no job.',
  },
  {
    file: 'apps/gateway/hypotheses/memory-archive.ts',
    line: 'if (older.length === 0) return found;',
    change: ['older.length === 0', 'false'],
    reason: 'It saves a query that would find nothing: all that was found is recent, and stays.',
  },
];
