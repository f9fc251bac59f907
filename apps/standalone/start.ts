import path from 'node:path';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { startWithin } from '@learning-loop/service/run';
import type { Service } from '@learning-loop/service/service';
import { start as startGateway } from 'gateway/start';
import { start as startMemoryWorker } from 'memory-worker/start';
import { start as startPersonaWorker } from 'persona-worker/start';
import { start as startTrainer } from 'trainer/start';
import { start as startTrainingLogWorker } from 'training-log-worker/start';
import type { Config } from './config.ts';
import { findPort } from './find-port.ts';
import { readyMessage } from './ready-message.ts';

/** The whole system in one process. The gateway comes last and goes first: what it accepts can be learned. */
export async function start(service: Service<Config>): Promise<void> {
  const { config } = service;
  const port = await findPort(config.host, config.port);
  const apps = config.apps(config.databaseUrl ?? (await embeddedDatabase(service)));
  await startWithin(service, 'training-log-worker', apps.trainingLogWorker, startTrainingLogWorker);
  await startWithin(service, 'memory-worker', apps.memoryWorker, startMemoryWorker);
  await startWithin(service, 'persona-worker', apps.personaWorker, startPersonaWorker);
  await startWithin(service, 'trainer', apps.trainer, startTrainer);
  await startWithin(service, 'gateway', { ...apps.gateway, port }, startGateway);
  process.stdout.write(readyMessage(config.host, port));
}

async function embeddedDatabase({ config, log, use }: Service<Config>): Promise<string> {
  const directory = path.join(config.dataDir, 'postgres');
  const postgres = await startEmbeddedPostgres(directory, { log: (line) => log.debug({ line }, 'postgres') });
  return use(postgres, 'postgres').url;
}
