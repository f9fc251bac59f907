import type { EquivalentMutant } from '../fate.ts';

/** Equivalent mutants of the other packages. */
export const equivalentInPackages: EquivalentMutant[] = [];
