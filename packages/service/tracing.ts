import { trace } from '@opentelemetry/api';
import { spanIds } from './event-trace.ts';

/** Whether spans are exported: the variable is OpenTelemetry's own, as are the others that its exporter reads. */
export const isTracing = () => Boolean(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);

/** Exports spans over OTLP (HTTP, JSON) from now on; disposing sends what is left. */
export async function startTracing(serviceName: string): Promise<AsyncDisposable> {
  // Loaded only when wanted, since every process would pay for it.
  const [{ BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ]);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
    idGenerator: spanIds,
  });
  trace.setGlobalTracerProvider(provider);
  return { [Symbol.asyncDispose]: () => provider.shutdown() };
}
