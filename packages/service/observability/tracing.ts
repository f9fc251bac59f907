import { newId } from '@learning-loop/events/ids';
import { context, type Link, ROOT_CONTEXT, type SpanContext, SpanKind, trace } from '@opentelemetry/api';

/**
 * The trace of an event. Its ids are made of the event's own (a UUID is as long as a trace id), so every process that
 * handles the event adds to one trace, however the event was batched, stored, or published again: nothing has to travel.
 */
export function toTraceId(eventId: string): string {
  return eventId.replaceAll('-', '');
}

/** The span that the trace of an event begins with; its id is the random half of the event's. */
function rootOf(eventId: string): SpanContext {
  const traceId = toTraceId(eventId);
  return { traceId, spanId: traceId.slice(16), traceFlags: 1, isRemote: true };
}

/** Set while the span that begins an event's trace is started, which asks for its ids at once. */
let beginning: string | undefined;
let latest = newId();

/**
 * Where spans get their ids from: each is the random half of a new UUID, and the trace that begins with it has the
 * whole. So a trace that begins with a request can be that of the event which the request brings. (The SDK asks for
 * the span's id first.)
 */
const spanIds = {
  generateSpanId(): string {
    latest = beginning ?? newId();
    return rootOf(latest).spanId;
  },
  generateTraceId: () => toTraceId(latest),
};

/**
 * An id for the event that the request at hand brings: that of the request's trace, so that one trace leads from the
 * request to the effects. A new id without tracing, and where the trace is a caller's, who may use it for many requests.
 */
export function newEventId({ headers }: { headers: Record<string, unknown> }): string {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  if (traceId === undefined || headers['traceparent'] !== undefined) return newId();
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

interface Step {
  /** Such as `learn memory`. */
  name: string;
  /** Times in ms since 1970. */
  from: number;
  to: number;
  attributes?: Record<string, string | number | boolean>;
  links?: Link[];
}

const tracer = () => trace.getTracer('learning-loop');

/**
 * Tells that the event was accepted. Where the request's trace is not the event's, the event's begins here, and the two
 * lead to one another. Free without tracing.
 */
export function traceAcceptance(eventId: string, { name, from, to, attributes = {} }: Step): void {
  const request = trace.getActiveSpan();
  const options = { kind: SpanKind.PRODUCER, startTime: from, attributes };
  if (request?.spanContext().traceId === toTraceId(eventId)) {
    tracer().startSpan(name, options).end(to);
    return;
  }
  const links = request ? [{ context: request.spanContext() }] : [];
  beginning = eventId;
  const span = tracer().startSpan(name, { ...options, root: true, links });
  beginning = undefined;
  request?.addLink({ context: span.spanContext() });
  span.end(to);
}

/** Tells one step of the event's handling, after it. Free without tracing. */
export function traceStep(eventId: string, { name, from, to, attributes = {}, links = [] }: Step): void {
  const options = { kind: SpanKind.CONSUMER, startTime: from, attributes, links };
  tracer().startSpan(name, options, traceOf(eventId)).end(to);
}

/** Does `work` as a step of the event's handling: what is traced meanwhile belongs to it. */
export async function runTraced<T>(
  eventId: string,
  name: string,
  work: (step: { link: Link; describe(attributes: Step['attributes'] & object): void }) => Promise<T>,
): Promise<T> {
  const span = tracer().startSpan(name, { kind: SpanKind.CONSUMER }, traceOf(eventId));
  const step = {
    link: { context: span.spanContext() },
    describe: (attributes: Step['attributes'] & object) => void span.setAttributes(attributes),
  };
  try {
    return await context.with(trace.setSpan(context.active(), span), () => work(step));
  } finally {
    span.end();
  }
}

const traceOf = (eventId: string) => trace.setSpanContext(ROOT_CONTEXT, rootOf(eventId));

/** Whether spans are exported: the variable is OpenTelemetry's own, as are the others that its exporter reads. */
export const isTracing = () => Boolean(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);

/**
 * Exports spans over OTLP (HTTP, JSON) from now on, of every request to a Fastify server that is made after this, too;
 * disposing sends what is left.
 */
export async function startTracing(serviceName: string): Promise<AsyncDisposable> {
  // Loaded only when wanted, since every process would pay for it.
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    idGenerator: spanIds,
  });
  provider.register();
  await traceRequests();
  return { [Symbol.asyncDispose]: () => provider.shutdown() };
}

const ofMachines = /^\/(?:livez|readyz|metrics|api\/live)\b/u;

/** One span for each request and one for its handler; they continue the trace of a caller that sends `traceparent`. */
async function traceRequests(): Promise<void> {
  const { FastifyOtelInstrumentation } = await import('@fastify/otel');
  new FastifyOtelInstrumentation({
    registerOnInitialization: true,
    instrumentHooks: false,
    ignorePaths: ({ url }) => ofMachines.test(url),
    // By route and never by address: addresses hold users' ids.
    requestHook(span, { method, routeOptions: { url = 'nowhere' } }) {
      span.updateName(`${method} ${url}`);
      span.setAttribute('url.path', url);
    },
    lifecycleHook: (span) => span.updateName('handle'),
  });
}
