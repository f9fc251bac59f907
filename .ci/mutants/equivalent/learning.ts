import type { EquivalentMutant } from '../fate.ts';

/** Equivalent mutants of packages/learning. */
export const equivalentInLearning: EquivalentMutant[] = [];
