import { newId } from '@learning-loop/events/ids';
import { context, type Link, ROOT_CONTEXT, type SpanContext, SpanKind, trace } from '@opentelemetry/api';

/** A UUID is as long as a trace id, so all processes that handle an event share its trace without passing it on. */
export function toTraceId(eventId: string): string {
  return eventId.replaceAll('-', '');
}

/** Its span id is the random half of the event's id. */
function toRootSpan(eventId: string): SpanContext {
  const traceId = toTraceId(eventId);
  return { traceId, spanId: traceId.slice(16), traceFlags: 1, isRemote: true };
}

/** Set only while the root span of this event starts. */
let startingEvent: string | undefined;
let latestId = newId();

// Both ids of a root span come from one UUID, so that the trace of a request can become that of its event. The SDK
// generates the span id first.
const idGenerator = {
  generateSpanId(): string {
    latestId = startingEvent ?? newId();
    return toRootSpan(latestId).spanId;
  },
  generateTraceId: () => toTraceId(latestId),
};

/** The id of the request's trace, which becomes the event's; not of a caller's trace, which may cover many requests. */
export function newEventId({ headers }: { headers: Record<string, unknown> }): string {
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  if (traceId === undefined || headers['traceparent'] !== undefined) return newId();
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}

interface Step {
  name: string;
  /** Unix time in ms. */
  from: number;
  to: number;
  attributes?: Record<string, string | number | boolean>;
  links?: Link[];
}

const tracer = () => trace.getTracer('learning-loop');

/** If the request's trace is not the event's, starts a trace for the event and links the two. */
export function traceAcceptance(eventId: string, { name, from, to, attributes = {} }: Step): void {
  const request = trace.getActiveSpan();
  const options = { kind: SpanKind.PRODUCER, startTime: from, attributes };
  if (request?.spanContext().traceId === toTraceId(eventId)) {
    tracer().startSpan(name, options).end(to);
    return;
  }
  const links = request ? [{ context: request.spanContext() }] : [];
  startingEvent = eventId;
  const span = tracer().startSpan(name, { ...options, root: true, links });
  startingEvent = undefined;
  request?.addLink({ context: span.spanContext() });
  span.end(to);
}

export function traceStep(eventId: string, { name, from, to, attributes = {}, links = [] }: Step): void {
  const options = { kind: SpanKind.CONSUMER, startTime: from, attributes, links };
  tracer().startSpan(name, options, toEventContext(eventId)).end(to);
}

export async function runTraced<T>(
  eventId: string,
  name: string,
  work: (step: { link: Link; describe(attributes: Step['attributes'] & object): void }) => Promise<T>,
): Promise<T> {
  const span = tracer().startSpan(name, { kind: SpanKind.CONSUMER }, toEventContext(eventId));
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

const toEventContext = (eventId: string) => trace.setSpanContext(ROOT_CONTEXT, toRootSpan(eventId));

/** The variable is OpenTelemetry's own, like the others that its exporter reads. */
export const isTracing = () => Boolean(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);

/** Exports spans over OTLP (HTTP, JSON), also those of Fastify servers created after this. Disposing flushes. */
export async function startTracing(serviceName: string): Promise<AsyncDisposable> {
  // Loaded on demand: the SDK slows down every start.
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    idGenerator,
  });
  provider.register();
  await traceRequests();
  return { [Symbol.asyncDispose]: () => provider.shutdown() };
}

const probePaths = /^\/(?:livez|readyz|metrics|api\/live)\b/u;

/** Continues the trace of a caller that sends `traceparent`. */
async function traceRequests(): Promise<void> {
  const { FastifyOtelInstrumentation } = await import('@fastify/otel');
  new FastifyOtelInstrumentation({
    registerOnInitialization: true,
    instrumentHooks: false,
    ignorePaths: ({ url }) => probePaths.test(url),
    // The route, never the URL: it contains user ids.
    requestHook(span, { method, routeOptions: { url = 'nowhere' } }) {
      span.updateName(`${method} ${url}`);
      span.setAttribute('url.path', url);
    },
    lifecycleHook: (span) => span.updateName('handle'),
  });
}
