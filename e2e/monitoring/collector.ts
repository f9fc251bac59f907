import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';

const Span = Type.Object({
  traceId: Type.String(),
  spanId: Type.String(),
  parentSpanId: Type.Optional(Type.String()),
  name: Type.String(),
  startTimeUnixNano: Type.String(),
  endTimeUnixNano: Type.String(),
  links: Type.Optional(Type.Array(Type.Object({ traceId: Type.String(), spanId: Type.String() }))),
});
export type Span = Type.Static<typeof Span>;

const Export = Compile(
  Type.Object({
    resourceSpans: Type.Array(
      Type.Object({ scopeSpans: Type.Array(Type.Object({ spans: Type.Array(Span) })) }),
    ),
  }),
);

export type Collector = AsyncDisposable & { url: string; spans: Span[] };

/** An OTLP collector (HTTP, JSON) that keeps all spans. */
export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const server = createServer(async (request, response) => {
    // A stopped process may leave a request unfinished.
    const said = await text(request).catch(() => null);
    if (said === null) return;
    const { resourceSpans } = Export.Parse(JSON.parse(said));
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
