import { expect, test } from 'vitest';
import { startSystem } from '../console/system.ts';
import { untilOutboxEmpty } from '../demo/wait.ts';
import { startCollector } from './collector.ts';

test('one trace leads from the accepted pick to its three effects', async () => {
  await using collector = await startCollector();
  await using system = await startSystem({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
  const { client } = system;
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { interaction_id } = await client.hypothesize(asked);
  const { event_id } = await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' });
  await untilOutboxEmpty(client);

  const traceId = event_id.replaceAll('-', '');
  const steps = ['accept the pick', 'learn memory', 'learn persona', 'learn training-log'];
  const trace = () => collector.spans.filter((span) => span.traceId === traceId);
  await expect
    .poll(
      () =>
        trace()
          .map(({ name }) => name)
          .sort(),
      { timeout: 10_000 },
    )
    .toEqual(steps);
  const [root] = trace().filter(({ parentSpanId }) => !parentSpanId);
  expect(root?.name).toBe('accept the pick');
  for (const span of trace().filter((one) => one !== root)) expect(span.parentSpanId).toBe(root?.spanId);
});
