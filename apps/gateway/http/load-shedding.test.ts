import { expect, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

test('who cannot keep up says when to come again, and still answers probes', async () => {
  await using gateway = await gatewayForTest({}, { overload: { maxDelayMs: 1e-6, sampleMs: 20 } });
  const ask = () => gateway.server.inject('/v1/users/ada/persona');
  await expect.poll(async () => (await ask()).statusCode, { timeout: 20_000 }).toBe(503);
  const { headers, body } = await ask();
  expect(headers['retry-after']).toBe('5');
  const message = 'More is asked than can be answered; try again shortly.';
  expect(JSON.parse(body)).toEqual({ error: { code: 'overloaded', message } });
  for (const url of ['/livez', '/readyz'])
    expect((await gateway.server.inject(url)).statusCode, url).toBe(200);
});
