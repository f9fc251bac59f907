import { ConfigError, readEnv } from '@learning-loop/service/config/read-env';
import { logConfig, logEnv } from '@learning-loop/service/log';
import { readConfig as readConsole } from 'console/config';
import { readConfig as readGateway } from 'gateway/config';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { readConfig as readTrainer } from 'trainer/config';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';
import { Type } from 'typebox';

const Env = Type.Object({
  DATABASE_URL: Type.Optional(Type.String()),
  DATA_DIR: Type.String({ default: './data' }),
  CONSOLE_PORT: Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 })),
  ...logEnv,
  LOG_DIR: Type.String({ default: './logs' }),
});

export type Config = ReturnType<typeof readConfig>;

const readers = [
  readGateway,
  readTrainingLogWorker,
  readMemoryWorker,
  readPersonaWorker,
  readTrainer,
  readConsole,
];

/** Also reads the configuration of every app, so that errors show up before the database starts. */
export function readConfig(source: NodeJS.ProcessEnv) {
  const faults = new Set<string>();
  const own = collectFaults(faults, () => readEnv(Env, source));
  const checked = { ...source, DATABASE_URL: own?.DATABASE_URL ?? 'postgres://embedded/embedded' };
  for (const read of readers) collectFaults(faults, () => read(checked));
  if (own === undefined || faults.size > 0) throw new ConfigError([...faults].join('\n'));
  const { host, port } = readGateway(checked);
  const apps = (databaseUrl: string) => readApps({ ...source, DATABASE_URL: databaseUrl });
  return {
    databaseUrl: own.DATABASE_URL,
    dataDir: own.DATA_DIR,
    host,
    port,
    consolePort: own.CONSOLE_PORT,
    apps,
    ...logConfig(own),
  };
}

function readApps(env: NodeJS.ProcessEnv) {
  // PORT is the gateway's; the workers serve no health endpoints here.
  const worker = { ...env, PORT: '' };
  return {
    gateway: readGateway(env),
    trainingLogWorker: readTrainingLogWorker(worker),
    memoryWorker: readMemoryWorker(worker),
    personaWorker: readPersonaWorker(worker),
    trainer: readTrainer(worker),
    // All apps share the console's process, so it sees their metrics.
    console: readConsole({ ...env, PORT: '', METRICS_URLS: '' }),
  };
}

/** Returns undefined after a ConfigError, whose lines it adds to `faults`. */
function collectFaults<T>(faults: Set<string>, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const fault of error.message.split('\n')) faults.add(fault);
    return undefined;
  }
}
