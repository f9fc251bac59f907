/** The spans of time that the overview shows, how finely, and how old an answer may be. */
export const windows = {
  '15m': { seconds: 900, bucketSeconds: 15, freshMs: 1_500 },
  '6h': { seconds: 21_600, bucketSeconds: 300, freshMs: 15_000 },
  '7d': { seconds: 604_800, bucketSeconds: 7_200, freshMs: 60_000 },
} as const;
