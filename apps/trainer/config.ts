import { isCron } from '@learning-loop/queue/cron';
import { workerConfig, workerEnv } from '@learning-loop/service/config/infra-env';
import { ConfigError, readEnv } from '@learning-loop/service/config/read-env';
import { isOnS3 } from '@learning-loop/training-log/location';
import { Type } from 'typebox';

const Env = Type.Object({
  ...workerEnv,
  TRAINING_DATA_DIR: Type.String({ default: './data/training' }),
  /** Datasets, and a local copy of the log when the log is on object storage. */
  DATASETS_DIR: Type.String({ default: './data/training' }),
  MIN_CONFIDENCE_FOR_TRAINING: Type.Number({ default: 0.7, minimum: 0, maximum: 1 }),
  /** Older interactions, selections, feedback and log lines are deleted; 0 keeps everything. */
  RETENTION_DAYS: Type.Number({ default: 0, minimum: 0, maximum: 36_500 }),
  /** Maximum share of a dataset's samples from one user; 20 samples are always allowed. */
  TRAINER_MAX_SHARE_PER_USER: Type.Number({ default: 0.01, exclusiveMinimum: 0, maximum: 1 }),
  /** A build starts after this many new selections, if they are also a tenth of those before. */
  TRAINER_MIN_NEW_SAMPLES: Type.Integer({ default: 100, minimum: 1 }),
  /** New users are excluded for this long, unless all users are new; 0 turns this off. */
  TRAINER_QUARANTINE_HOURS: Type.Number({ default: 24, minimum: 0, maximum: 8_760 }),
  /** Share of users served by a newly fitted ranker; 0 leaves experiments to people. */
  TRAINER_CANARY_SHARE: Type.Number({ default: 0.1, minimum: 0, maximum: 0.5 }),
  TRAINER_FINE_TUNE: Type.Optional(Type.Union([Type.Literal('openai')])),
  TRAINER_FINE_TUNE_MODEL: Type.String({ default: 'gpt-4o-mini-2024-07-18' }),
  OPENAI_BASE_URL: Type.String({
    default: 'https://api.openai.com/v1',
    pattern: '^https?://[^\\s/]',
    description: 'an http or https URL',
  }),
  OPENAI_API_KEY: Type.Optional(Type.String()),
  TRAINER_CRON: Type.Refine(
    Type.String({ default: '0 3 * * 0' }),
    isCron,
    (text) =>
      `TRAINER_CRON is "${text}"; it must be a cron expression of five or six fields, such as "0 3 * * 0".`,
  ),
});

export type Config = ReturnType<typeof readConfig>;

export function readConfig(source: NodeJS.ProcessEnv) {
  const env = readEnv(Env, source);
  if (env.TRAINER_FINE_TUNE && !env.OPENAI_API_KEY)
    throw new ConfigError('OPENAI_API_KEY is not set; TRAINER_FINE_TUNE=openai needs it.');
  return {
    ...workerConfig(env),
    trainingLog: env.TRAINING_DATA_DIR,
    trainingDataDir: isOnS3(env.TRAINING_DATA_DIR) ? env.DATASETS_DIR : env.TRAINING_DATA_DIR,
    minConfidence: env.MIN_CONFIDENCE_FOR_TRAINING,
    retentionDays: env.RETENTION_DAYS,
    maxSharePerUser: env.TRAINER_MAX_SHARE_PER_USER,
    minNewSamples: env.TRAINER_MIN_NEW_SAMPLES,
    quarantineHours: env.TRAINER_QUARANTINE_HOURS,
    canaryShare: env.TRAINER_CANARY_SHARE,
    fineTune: env.TRAINER_FINE_TUNE
      ? {
          baseUrl: env.OPENAI_BASE_URL,
          apiKey: env.OPENAI_API_KEY ?? '',
          baseModel: env.TRAINER_FINE_TUNE_MODEL,
        }
      : null,
    cron: env.TRAINER_CRON,
  };
}
