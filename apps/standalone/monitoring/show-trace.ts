import { inTemporaryServer } from '../demo/temporary-server.ts';
import { until } from '../demo/until.ts';
import { type Span, startCollector } from './collector.ts';

/** Shows the trace of one selection as text, from the request to its three effects. */
const patienceMs = 30_000;
const effects = ['learn memory', 'learn persona', 'learn training-log'];

await using collector = await startCollector();
const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '200' };
await inTemporaryServer({ env, discard: ['.'] }, async (client) => {
  const asked = { user_id: 'ada', input_text: 'build api' };
  const { interaction_id } = await client.hypothesize(asked);
  const { event_id } = await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' });
  const ofEvent = () => collector.spans.filter(({ traceId }) => traceId === event_id.replaceAll('-', ''));
  const whole = async () => {
    const spans = ofEvent();
    return effects.every((effect) => spans.some(({ name }) => name === effect)) ? spans : null;
  };
  const spans = await until(whole, patienceMs, 'The trace did not arrive.');
  process.stdout.write(`event ${event_id}\ntrace ${event_id.replaceAll('-', '')}\n\n`);
  const root = spans.find(({ parentSpanId }) => !parentSpanId);
  if (root) tell(spans, root, root, '');
});

function tell(spans: Span[], root: Span, span: Span, indent: string): void {
  const ms = (from: string, to: string) => (Number(BigInt(to) - BigInt(from)) / 1e6).toFixed(1).padStart(8);
  const begins = ms(root.startTimeUnixNano, span.startTimeUnixNano);
  const takes = ms(span.startTimeUnixNano, span.endTimeUnixNano);
  process.stdout.write(`${begins} ms ${takes} ms  ${indent}${span.name}\n`);
  const children = spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  for (const child of children) tell(spans, root, child, `${indent}  `);
}
