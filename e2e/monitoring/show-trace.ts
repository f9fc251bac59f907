import { inTemporaryServer } from 'standalone/demo/temporary-server';
import { until } from 'standalone/demo/wait';
import { type Span, startCollector } from './collector.ts';

/** Prints the trace of one selection, from the request to its three effects. */
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
  process.stdout.write(`event ${event_id}\n\n${traceAsText(spans)}\n`);
});

/** As a tree: start relative to the first span, duration and name. */
function traceAsText(spans: Span[]): string {
  const root = spans.find(({ parentSpanId }) => !parentSpanId);
  return root ? tell(spans, root, root, '').join('\n') : '';
}

function tell(spans: Span[], root: Span, span: Span, indent: string): string[] {
  const begins = msBetween(root.startTimeUnixNano, span.startTimeUnixNano);
  const takes = msBetween(span.startTimeUnixNano, span.endTimeUnixNano);
  const children = spans
    .filter(({ parentSpanId }) => parentSpanId === span.spanId)
    .sort((a, b) => Number(BigInt(a.startTimeUnixNano) - BigInt(b.startTimeUnixNano)));
  return [
    `${begins} ms ${takes} ms  ${indent}${span.name}`,
    ...children.flatMap((child) => tell(spans, root, child, `${indent}  `)),
  ];
}

const msBetween = (from: string, to: string) =>
  (Number(BigInt(to) - BigInt(from)) / 1e6).toFixed(1).padStart(8);
