import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { queueMetrics } from './metrics.ts';

test('the first hundred tenants have series of their own, all others share one', () => {
  const { tenantLabel } = queueMetrics(new Registry());
  const tenants = Array.from({ length: 150 }, (_, number) => `tenant-${number}`);
  expect(new Set(tenants.map(tenantLabel)).size).toBe(101);
  expect(['tenant-0', 'tenant-149', 'tenant-0'].map(tenantLabel)).toEqual(['tenant-0', 'other', 'tenant-0']);
});
