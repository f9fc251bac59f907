import { createLog } from '@learning-loop/service/log';
import { ServiceMetrics } from '@learning-loop/service/observability/metrics';
import { createService, ResourceStack, type Service } from '@learning-loop/service/service';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { readConfig as readConsole } from 'console/config';
import { start as startConsole } from 'console/start';
import { readConfig as readGateway } from 'gateway/config';
import { start as startGateway } from 'gateway/start';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { start as startMemoryWorker } from 'memory-worker/start';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { start as startPersonaWorker } from 'persona-worker/start';
import type { MetricObject } from 'prom-client';
import { readConfig as readTrainer } from 'trainer/config';
import { start as startTrainer } from 'trainer/start';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';
import { start as startTrainingLogWorker } from 'training-log-worker/start';
import { expect, onTestFinished, test } from 'vitest';

/** As each app has it that publishes or consumes events. */
const queue = {
  learning_loop_events_total: 'counter by consumer, event, tenant, outcome',
  learning_loop_batch_events: 'histogram by consumer',
  learning_loop_batch_seconds: 'histogram by consumer',
  learning_loop_lag_seconds: 'histogram by consumer',
  learning_loop_learned_seconds: 'histogram by event',
  learning_loop_published_total: 'counter by consumer, outcome',
  learning_loop_queue_jobs: 'gauge by consumer, state',
  learning_loop_polled_total: 'counter by consumer',
  learning_loop_queue_full_since_seconds: 'gauge',
  learning_loop_queue_memory_share: 'gauge',
  learning_loop_swept_total: 'counter by consumer',
  learning_loop_outbox_pending: 'gauge',
  learning_loop_outbox_oldest_seconds: 'gauge',
};
/** As each app has it that asks a model. */
const model = {
  llm_calls_total: 'counter by model, operation, outcome',
  llm_unusable_answers_total: 'counter by model, operation, kind',
  llm_call_seconds: 'histogram by model, operation',
  llm_tokens_total: 'counter by model, operation, kind',
  llm_cost_total: 'counter by model, operation',
  llm_breakers: 'gauge by model, state',
};

/** All that each app exports, beside what is of its process. */
const exported = {
  gateway: {
    ...{ ...queue, ...model },
    http_request_seconds: 'histogram by method, route, status',
    learning_loop_choices_total: 'counter by model, outcome, auto_advanced',
  },
  'training-log-worker': {
    ...queue,
    learning_loop_training_log_bytes_total: 'counter by log',
    learning_loop_training_log_fsync_seconds: 'histogram by log',
  },
  'memory-worker': { ...queue, ...model },
  'persona-worker': { ...queue, ...model },
  trainer: {
    ...queue,
    bullmq_job_count: 'gauge by queue, state',
    bullmq_job_completed_total: 'counter by queue',
    bullmq_job_failed_total: 'counter by queue',
    learning_loop_owed_events: 'gauge by consumer',
    learning_loop_owed_oldest_seconds: 'gauge by consumer',
    learning_loop_dead_letters: 'gauge by consumer',
    learning_loop_models: 'gauge by kind, status',
    learning_loop_dataset_builds_failed: 'gauge',
    learning_loop_dataset_built_timestamp_seconds: 'gauge',
  },
  console: {},
};

/** Starts one app in this process, and returns its metrics. */
async function metricsOf<C>(
  name: string,
  readConfig: (env: NodeJS.ProcessEnv) => C,
  start: (service: Service<C>) => Promise<void>,
): Promise<Record<string, string>> {
  const lifetime = new ResourceStack();
  onTestFinished(() => lifetime.close(30_000, () => undefined));
  const directory = await temporaryDirectory();
  const config = readConfig({
    ...{ DATABASE_URL: await databaseForTest(), TRAINING_DATA_DIR: directory, PORT: '0', REDIS_URL: '' },
    ...{ SLM_IMPL: 'vllm', VLLM_BASE_URL: 'http://127.0.0.1:9', VLLM_MODEL_NAME: 'absent' },
    EMBEDDING_MODEL_NAME: 'absent',
  });
  const metrics = new ServiceMetrics();
  const logs = createLog({ logLevel: 'silent' });
  await start(createService(name, config, { logs, lifetime, metrics, stop: () => undefined }));
  return Object.fromEntries(metrics.getMetricsAsArray().map((metric) => [metric.name, describe(metric)]));
}

function describe(metric: MetricObject): string {
  const labels: unknown = Reflect.get(metric, 'labelNames');
  const names = Array.isArray(labels) ? labels.join(', ') : '';
  return `${Reflect.get(metric, 'constructor').name.toLowerCase()}${names && ` by ${names}`}`;
}

test('each app exports these metrics, with these labels, and no others', async () => {
  const found = {
    gateway: await metricsOf('gateway', readGateway, startGateway),
    'training-log-worker': await metricsOf(
      'training-log-worker',
      readTrainingLogWorker,
      startTrainingLogWorker,
    ),
    'memory-worker': await metricsOf('memory-worker', readMemoryWorker, startMemoryWorker),
    'persona-worker': await metricsOf('persona-worker', readPersonaWorker, startPersonaWorker),
    trainer: await metricsOf('trainer', readTrainer, startTrainer),
    console: await metricsOf('console', readConsole, startConsole),
  };
  expect(found).toEqual(exported);
});
