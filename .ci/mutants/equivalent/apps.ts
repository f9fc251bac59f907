import type { EquivalentMutant } from '../fate.ts';

/** Equivalent mutants of the folder apps. */
export const equivalentInApps: EquivalentMutant[] = [];
