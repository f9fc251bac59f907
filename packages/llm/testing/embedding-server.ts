import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { EmbeddingConfig } from '../embeddings/embed.ts';

const EmbeddingRequest = Type.Object({
  model: Type.String(),
  input: Type.Array(Type.String()),
  encoding_format: Type.Literal('float'),
});

/** Replaces the answer. */
export type EmbeddingFault = (response: ServerResponse) => void;

/** An embedding server on a free port; by default it knows the meaning of a few words. */
export async function embeddingServer(embed: (text: string) => number[] = embedWords) {
  const requests: Type.Static<typeof EmbeddingRequest>[] = [];
  const state: { fault: EmbeddingFault | null } = { fault: null };
  const server = createServer(async (request, response) => {
    const body = Value.Parse(EmbeddingRequest, JSON.parse(await text(request)));
    requests.push(body);
    if (state.fault) state.fault(response);
    else sendVectors(response, body.input.map(embed));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    state,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function sendVectors(response: ServerResponse, vectors: unknown[]): void {
  const data = vectors.map((embedding, index) => ({ object: 'embedding', index, embedding }));
  const usage = { prompt_tokens: 7 * vectors.length, total_tokens: 7 * vectors.length };
  response.writeHead(200, { 'content-type': 'application/json' });
  // Servers need not keep the order: the index says which is which.
  response.end(JSON.stringify({ object: 'list', data: data.toReversed(), usage }));
}

/** Words of the same meaning, in any language. */
const synonyms = [
  ['quiet', 'silent', 'peaceful', 'still', 'stille', 'ruhig'],
  ['loud', 'noisy', 'party', 'lively', 'laute'],
  ['ceramics', 'pottery', 'töpfern'],
  ['stay', 'hotel', 'inn', 'hostel', 'herberge', 'unterkunft', 'accommodation'],
  ['peanut', 'peanuts', 'erdnuss', 'allergy', 'allergic', 'allergie'],
];
const dimensions = 30;

/** As with real models, all vectors lie in a narrow cone: they share most of the first component. */
function embedWords(input: string): number[] {
  const vector = [4, ...Array.from({ length: dimensions - 1 }, () => 0)];
  for (const word of input.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const known = synonyms.findIndex((words) => words.includes(word));
    const axis =
      known >= 0 ? 1 + known : 1 + synonyms.length + (hashWord(word) % (dimensions - 1 - synonyms.length));
    vector[axis] = (vector[axis] ?? 0) + (known >= 0 ? 2 : 0.3);
  }
  return vector;
}

const hashWord = (word: string): number =>
  [...word].reduce((hash, letter) => (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7);

export function embedderConfig(baseUrl: string, changes: Partial<EmbeddingConfig> = {}): EmbeddingConfig {
  return {
    ...{ baseUrl, model: 'concepts', apiKey: null, timeoutMs: 5_000, maxConcurrency: 8, price: 0 },
    ...{ tokensPerHour: 0, costPerDay: 0 },
    ...changes,
  };
}
