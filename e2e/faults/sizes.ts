import type { Size } from './fault.ts';

export const long: Size = { selections: 10_000, short: false };
export const short: Size = { selections: 600, short: true };
