import { buildDataset } from 'trainer/dataset/build';

// A build in a process of its own, so that its memory and its CPU can be told from everything else's.
const [, , trainingDataDir = ''] = process.argv;
const start = performance.now();
const { manifest } = await buildDataset({
  ...{ buildId: 'million', tenantId: 'default', trainingDataDir, minConfidence: 0.7, maxShare: 0.01 },
  ...{ minPerUser: 20, excludedUsers: ['user-3'], quarantineFrom: null, now: new Date() },
  progress: async () => {},
});
const seconds = (performance.now() - start) / 1_000;
const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
process.stdout.write(
  JSON.stringify({
    seconds,
    peakMb: maxRSS / 1_000,
    cpuSeconds: (userCPUTime + systemCPUTime) / 1e6,
    megabytes: manifest.segments.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6,
    samples: manifest.files['hypotheses_chat.parquet']?.samples,
    nearDuplicates: (({ confident_enough = 0, without_near_duplicates = 0 }) =>
      confident_enough - without_near_duplicates)(manifest.filters['hypotheses_data'] ?? {}),
  }),
);
