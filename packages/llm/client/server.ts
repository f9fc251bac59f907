import OpenAI from 'openai';

/** Follows no redirects: texts go only to the configured server. Fails on a longer body. */
function createCappedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    if (!response.body) return response;
    const capped = new Response(response.body.pipeThrough(limitBytes(maxBytes)), response);
    return response.ok ? capped : await keepRefusal(capped);
  };
}

/** The openai client reads only `error`; FastAPI and others say in `detail` or in plain text what they refuse. */
async function keepRefusal(response: Response): Promise<Response> {
  const said = (await response.text().catch(() => '')).slice(0, 4_000);
  const { status, headers } = response;
  return new Response(JSON.stringify({ error: { message: said } }), {
    status,
    headers: { ...Object.fromEntries(headers), 'content-type': 'application/json' },
  });
}

function limitBytes(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error(`The answer is longer than ${maxBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
}

export function connectServer(
  { baseUrl, apiKey }: { baseUrl: string; apiKey: string | null },
  maxBytes: number,
): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    // Otherwise the client reads them from the environment, bypassing our configuration.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // Its log messages contain users' texts. Retries are ours, since they depend on the time left.
    logLevel: 'off',
    maxRetries: 0,
    fetch: createCappedFetch(maxBytes),
  });
}
