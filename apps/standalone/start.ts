import path from 'node:path';
import { startEmbeddedPostgres } from '@learning-loop/embedded-postgres/start';
import { startWithin } from '@learning-loop/service/run-service';
import type { Service } from '@learning-loop/service/service';
import { start as startConsole } from 'console/start';
import { start as startGateway } from 'gateway/start';
import { start as startMemoryWorker } from 'memory-worker/start';
import { start as startPersonaWorker } from 'persona-worker/start';
import { start as startTrainer } from 'trainer/start';
import { start as startTrainingLogWorker } from 'training-log-worker/start';
import type { Config } from './config.ts';
import { findConsolePort, findPort } from './find-port.ts';

function formatReadyMessage(url: string, consoleUrl: string): string {
  return `
Learning loop is ready: ${url} (API: ${url}/docs, console: ${consoleUrl}). Try:

  curl -s ${url}/v1/hypothesize -H 'content-type: application/json' -d '{"user_id":"me","input_text":"build api"}'

`;
}

function toUrl(host: string, port: number): string {
  return `http://${toReachableHost(host)}:${port}`;
}

/** Clients cannot connect to wildcard addresses. */
function toReachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** The gateway starts after the workers and stops before them, so what it accepts can be learned. */
export async function start(service: Service<Config>): Promise<void> {
  const { config } = service;
  const { host } = config;
  const port = await findPort(host, config.port);
  const apps = config.apps(config.databaseUrl ?? (await startDatabase(service)));
  await startWithin(service, 'training-log-worker', apps.trainingLogWorker, startTrainingLogWorker);
  await startWithin(service, 'memory-worker', apps.memoryWorker, startMemoryWorker);
  await startWithin(service, 'persona-worker', apps.personaWorker, startPersonaWorker);
  await startWithin(service, 'trainer', apps.trainer, startTrainer);
  await startWithin(service, 'gateway', { ...apps.gateway, port }, startGateway);
  const gatewayUrl = toUrl(host, port);
  const consolePort = await findConsolePort(config, port);
  await startWithin(service, 'console', { ...apps.console, port: consolePort, gatewayUrl }, startConsole);
  process.stdout.write(formatReadyMessage(gatewayUrl, toUrl(host, consolePort)));
}

async function startDatabase({ config, log, use, fail }: Service<Config>): Promise<string> {
  const directory = path.join(config.dataDir, 'postgres');
  const postgres = await startEmbeddedPostgres(directory, { log: (line) => log.debug({ line }, 'postgres') });
  void postgres.died.then((reason) => fail(new Error(`The embedded PostgreSQL ended: ${reason}`)));
  return use(postgres, 'postgres').url;
}
