import type { Span } from './collector.ts';

/** As a tree: start relative to the first span, duration and name. */
export function traceAsText(spans: Span[]): string {
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
