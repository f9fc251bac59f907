import {
  center,
  type EmbeddingOf,
  meanVector,
  referenceTexts,
} from '@learning-loop/learning/embeddings/similarity';
import { toTextVector } from '@learning-loop/learning/text/text-vector';
import { connectEmbedder, type Embedder, maxBatch } from '@learning-loop/llm/embeddings/embed';
import { embedderConfig, embeddingServer } from '@learning-loop/llm/testing/embedding-server';
import { silent } from '@learning-loop/llm/testing/model-server';
import { Registry } from 'prom-client';
import { loadHeldOutAttitudes } from './attitudes.ts';
import { type Metric, percent } from './metric.ts';
import { countHits } from './ranking.ts';
import { isRetrieved, longHistories, questions } from './retrieval.ts';

/**
 * The same with an embedding model, through the client that production uses. No machine that builds this has a real
 * one: a server gives the means of the shipped word vectors, which know nothing that the engine without it does not.
 */
export async function measureEmbedded(): Promise<Metric[]> {
  await using server = await embeddingServer((text) => [1, ...toTextVector(text).embedding]);
  await using embedder = connectEmbedder(embedderConfig(server.url), silent, new Registry());
  return [await ranking(embedder), await retrieval(embedder)];
}

async function ranking(embedder: Embedder): Promise<Metric> {
  const cases = loadHeldOutAttitudes();
  const texts = cases.flatMap(({ input: { input_text, candidates, selections } }) => [
    ...[input_text, ...candidates.map(({ question }) => question)],
    ...selections.flatMap(({ input_text, shown }) => [input_text, ...shown.map(({ question }) => question)]),
  ]);
  const embeddingOf = await embedTexts(embedder, texts);
  const hits = countHits(cases.map((one) => ({ ...one, input: { ...one.input, embeddingOf } })));
  return {
    measure: 'Attitudes (test), ten unrelated, word means as embeddings',
    value: `hit@1 ${percent(hits.first)}, MRR ${hits.mrr.toFixed(2)}`,
    cases: cases.length,
    against: `without hit@1 ${percent(countHits(cases).first)}`,
  };
}

async function retrieval(embedder: Embedder): Promise<Metric> {
  const cases = longHistories().flatMap((history) => questions.map((one) => ({ ...one, history })));
  const texts = cases.flatMap(({ question, history }) => [
    question,
    ...history.map(({ content }) => content),
  ]);
  const embeddingOf = await embedTexts(embedder, texts);
  const share = (embeddings?: EmbeddingOf) =>
    cases.filter(({ question, evidence, history }) => isRetrieved(question, evidence, history, embeddings))
      .length / cases.length;
  return {
    measure: 'Evidence recall@10, word means as embeddings',
    value: percent(share(embeddingOf)),
    cases: cases.length,
    against: `without ${percent(share())}`,
  };
}

/** The vectors of the texts as the gateway sees them. */
async function embedTexts(embedder: Embedder, texts: string[]): Promise<EmbeddingOf> {
  const vectors = new Map<string, Float32Array>();
  const mean = meanVector(await embedder.embed('eval', referenceTexts));
  const distinct = [...new Set(texts)];
  for (let from = 0; from < distinct.length; from += maxBatch) {
    const some = distinct.slice(from, from + maxBatch);
    const answer = await embedder.embed('eval', some);
    if (answer === null || mean === undefined)
      throw new Error('The embedding server did not answer in time.');
    for (const [i, text] of some.entries()) vectors.set(text, center(mean, answer[i] ?? mean));
  }
  return (text) => vectors.get(text) ?? null;
}
