import { readEnv } from '@learning-loop/service/config';
import { workerConfig, workerEnv } from '@learning-loop/service/worker-env';
import { Type } from 'typebox';

const Env = Type.Object({
  ...workerEnv,
  TRAINING_DATA_DIR: Type.String({ default: './data/training' }),
  MIN_CONFIDENCE_FOR_TRAINING: Type.Number({ default: 0.7, minimum: 0, maximum: 1 }),
  TRAINER_CRON: Type.String({ default: '0 3 * * 0', description: 'a cron expression, such as "0 3 * * 0"' }),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  return {
    ...workerConfig(env),
    trainingDataDir: env.TRAINING_DATA_DIR,
    minConfidence: env.MIN_CONFIDENCE_FOR_TRAINING,
    cron: env.TRAINER_CRON,
  };
}
