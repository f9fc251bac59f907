import type { Db } from '@learning-loop/db/connect';
import { createBudget } from '@learning-loop/llm/budget';
import { connectLlm } from '@learning-loop/llm/connect';
import { connectEmbedder } from '@learning-loop/llm/embeddings/embed';
import type { Llm } from '@learning-loop/llm/llm';
import type { Service } from '@learning-loop/service/service';
import type { Config } from './config.ts';
import { connectMeanings, type Meanings } from './hypotheses/embedding-lookup.ts';

type Host = Pick<Service<Config>, 'config' | 'log' | 'metrics' | 'use'>;

/** The language model and the embedding model, if any; a tenant's budget is one for both. */
export function connectModels({ config, log, metrics, use }: Host, db: Db): { llm: Llm; meanings: Meanings } {
  const budget = createBudget(config.spending);
  const llm = use(connectLlm(config.llm, log, metrics, budget), 'llm');
  const embedder =
    config.embedding && use(connectEmbedder(config.embedding, log, metrics, budget), 'embedder');
  return { llm, meanings: connectMeanings(db, embedder) };
}
