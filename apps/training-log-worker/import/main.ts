import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { errorCode, StartError } from '@learning-loop/service/errors';
import { runCommand } from '@learning-loop/service/run-command';
import { openTrainingLog } from '@learning-loop/training-log/open';
import type { TrainingLog } from '@learning-loop/training-log/training-log';
import { Type } from 'typebox';
import { importLogs } from './import-logs.ts';

const usage =
  'Usage: import-log DIRECTORY [--tenant NAME], with hypotheses_data.jsonl or persona_updates.jsonl in it.';
const Env = Type.Object({ TRAINING_DATA_DIR: Type.String({ default: './data/training' }) });

function readArguments() {
  const options = { tenant: { type: 'string', default: 'default' } } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const [from] = positionals;
    if (from !== undefined && positionals.length === 1) return { from, tenant: values.tenant };
  } catch (error) {
    throw new StartError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
  throw new StartError(usage);
}

async function openLog(to: string): Promise<TrainingLog> {
  // A failed write rejects, and is printed.
  const silent = { info() {}, warn() {}, error() {} };
  return await openTrainingLog(to, { log: silent });
}

function toWriteError(to: string, cause: unknown): unknown {
  const code = errorCode(cause);
  if (code === undefined) return cause;
  return new StartError(
    `The training log in ${to} cannot be written (${code}); set TRAINING_DATA_DIR to a directory that can, and import again.`,
    { cause },
  );
}

async function importInto(to: string, from: string, tenant: string): Promise<Record<string, number>> {
  try {
    await using log = await openLog(to);
    return await importLogs({ from, tenant, log });
  } catch (error) {
    throw toWriteError(to, error);
  }
}

await runCommand(async () => {
  prepareEnvironment();
  const { from, tenant } = readArguments();
  const to = readEnv(Env, process.env).TRAINING_DATA_DIR;
  if (path.resolve(from) === path.resolve(to))
    throw new StartError(`${from} is the training log itself: move the old files elsewhere first.`);
  const lines = await importInto(to, path.resolve(from), tenant);
  const imported = Object.entries(lines).map(([name, count]) => `${count} lines of ${name}`);
  process.stdout.write(`Imported ${imported.join(' and ')} into ${to}.\n`);
});
