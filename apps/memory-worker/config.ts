import { llmEnv } from '@learning-loop/llm/config';
import { embeddingConfig, embeddingEnv } from '@learning-loop/llm/embeddings/embed';
import { workerConfig, workerEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';

const Env = Type.Object({ ...workerEnv, ...llmEnv, ...embeddingEnv });

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return { ...workerConfig(env), embedding: embeddingConfig(env) };
}
