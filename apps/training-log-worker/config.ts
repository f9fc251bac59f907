import { workerConfig, workerEnv } from '@learning-loop/service/config/infra-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { Type } from 'typebox';

const Env = Type.Object({
  ...workerEnv,
  ENABLE_TRAINING_DATA_COLLECTION: Type.Boolean({ default: true }),
  TRAINING_DATA_DIR: Type.String({ default: './data/training' }),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return {
    ...workerConfig(env),
    collect: env.ENABLE_TRAINING_DATA_COLLECTION,
    trainingDataDir: env.TRAINING_DATA_DIR,
  };
}
