import { randomBytes } from 'node:crypto';
import { ROOT_CONTEXT, SpanKind, type TraceFlags, trace } from '@opentelemetry/api';

/**
 * The trace of an event. Its ids are made of the event's own (a UUID is as long as a trace id), so every process that
 * handles the event adds to one trace, however the event was batched, stored, or published again: nothing has to travel.
 */
export function traceIdOf(eventId: string): string {
  return eventId.replaceAll('-', '');
}

/** The id of the span that the trace begins with: the random half of the event's id. */
function rootSpanIdOf(eventId: string): string {
  return traceIdOf(eventId).slice(16);
}

const sampled: TraceFlags = 1;

export interface Step {
  /** Such as `learn memory`. */
  name: string;
  /** Times in ms since 1970. */
  from: number;
  to: number;
  attributes?: Record<string, string | number | boolean>;
}

/** Tells that the event was accepted: the span under which all others of its trace are. Free without tracing. */
export function traceAcceptance(eventId: string, { name, from, to, attributes = {} }: Step): void {
  const options = { root: true, kind: SpanKind.SERVER, startTime: from, attributes };
  beginning = eventId;
  const span = trace.getTracer('learning-loop').startSpan(name, options);
  beginning = undefined;
  span.end(to);
}

/** Set while the span that begins an event's trace is started, which asks for its ids at once. */
let beginning: string | undefined;

/** Where spans get their ids from: random, but for the one that begins an event's trace. */
export const spanIds = {
  generateTraceId: () => (beginning === undefined ? randomBytes(16).toString('hex') : traceIdOf(beginning)),
  generateSpanId: () => (beginning === undefined ? randomBytes(8).toString('hex') : rootSpanIdOf(beginning)),
};

/** Tells one step of the event's handling. Free without tracing. */
export function traceStep(eventId: string, { name, from, to, attributes = {} }: Step): void {
  const parent = {
    traceId: traceIdOf(eventId),
    spanId: rootSpanIdOf(eventId),
    traceFlags: sampled,
    isRemote: true,
  };
  const options = { kind: SpanKind.CONSUMER, startTime: from, attributes };
  trace
    .getTracer('learning-loop')
    .startSpan(name, options, trace.setSpanContext(ROOT_CONTEXT, parent))
    .end(to);
}
