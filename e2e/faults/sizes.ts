import type { Size } from './fault.ts';

export const long: Size = { picks: 10_000, short: false };
export const short: Size = { picks: 600, short: true };
