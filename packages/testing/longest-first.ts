import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The longest first, by what was measured: one that started last would run alone while processors wait. */
const longest = [
  'e2e/console/console.test.ts',
  'e2e/standalone.test.ts',
  'e2e/attacks/live-streams.test.ts',
  'e2e/monitoring/monitoring.test.ts',
  'e2e/processes.test.ts',
  'e2e/erasure/erasure.test.ts',
  'e2e/injection/injection.test.ts',
  'e2e/tenants/tenants.test.ts',
  'e2e/demo.test.ts',
  'packages/db/plans.test.ts',
  'packages/db/tenants.test.ts',
  'packages/service/run-service.test.ts',
  'e2e/attacks/guards.test.ts',
  'packages/queue/backend/redis.test.ts',
  'packages/queue/backend/postgres.test.ts',
  'packages/training-log/s3/s3.test.ts',
  'e2e/start-errors.test.ts',
  'packages/db/ddl/partitions.test.ts',
  'packages/embedded-postgres/start.test.ts',
  'apps/gateway/testing/fuzz/fuzz.test.ts',
  'apps/gateway/routes/models.test.ts',
];

/** A first run knows no durations and goes by the sizes of files, which says nothing of those that start servers. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((a, b) => rank(a) - rank(b));
  }
}

function rank({ moduleId }: TestSpecification): number {
  const place = longest.findIndex((name) => moduleId.endsWith(name));
  return place === -1 ? longest.length : place;
}
