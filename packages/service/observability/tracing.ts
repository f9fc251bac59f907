import { spanIds } from './event-trace.ts';

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
