import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import type { LogEvent } from 'kysely';

/**
 * Tells a statement as a span of the trace that it was made in. What belongs to none, such as looking whether there is
 * work, is not told. Values are not told either: statements have places for them.
 */
export function traceStatement({ level, query: { sql }, queryDurationMillis }: LogEvent): void {
  if (!trace.getActiveSpan()) return;
  const to = Date.now();
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': sql };
  const options = { kind: SpanKind.CLIENT, startTime: to - queryDurationMillis, attributes };
  const span = trace.getTracer('learning-loop').startSpan(`pg ${nameOf(sql)}`, options);
  if (level === 'error') span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(to);
}

/** What the statement does, and the first table that it names: `insert outbox`, `with selections`, `commit`. */
function nameOf(sql: string): string {
  const [verb = ''] = /\w+/u.exec(sql) ?? [];
  const table = /\b(?:from|into|update) "?(\w+)\b(?!\()/iu.exec(sql)?.[1];
  return [verb, table].filter(Boolean).join(' ').toLowerCase();
}
