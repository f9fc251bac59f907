import path from 'node:path';
import { parseArgs } from 'node:util';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { ConfigError, readEnv } from '@learning-loop/service/config/read-env';
import { StartError } from '@learning-loop/service/errors';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { Type } from 'typebox';
import { importLogs } from './import-logs.ts';

const usage =
  'Usage: import-log DIRECTORY [--tenant NAME], with hypotheses_data.jsonl or persona_updates.jsonl in it.';
const Env = Type.Object({ TRAINING_DATA_DIR: Type.String({ default: './data/training' }) });

try {
  prepareEnvironment();
  const options = { tenant: { type: 'string', default: 'default' } } as const;
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [from] = positionals;
  if (from === undefined || positionals.length > 1) throw new StartError(usage);
  const to = readEnv(Env, process.env).TRAINING_DATA_DIR;
  if (path.resolve(from) === path.resolve(to))
    throw new StartError(`${from} is the training log itself: move the old files elsewhere first.`);
  // A failed write rejects, and is printed below.
  const silent = { info() {}, warn() {}, error() {} };
  await using log = await openTrainingLog(to, { log: silent });
  const lines = await importLogs({ from: path.resolve(from), tenant: values.tenant, log });
  const imported = Object.entries(lines).map(([name, count]) => `${count} lines of ${name}`);
  process.stdout.write(`Imported ${imported.join(' and ')} into ${to}.\n`);
} catch (error) {
  if (!(error instanceof StartError || error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
