import { parseArgs } from 'node:util';
import { StartError } from '@learning-loop/service/errors';
import { replayFile } from './demo/replay-file.ts';
import { InputError } from './demo/selections-file.ts';
import { runTrainingDemo } from './demo/train.ts';
import { runWalkthrough } from './demo/walkthrough.ts';
import { EndedAtStart } from './launch.ts';

const usage = `Usage: demo [--input FILE] [--keep], or demo --train
  --input FILE  replay choices, one JSON object a line: user_id, input_text, candidates, selected_index
  --keep        keep what the demo made in its temporary directory
  --train       from a cold start to a better ranker: dataset, fit, experiment, promotion and rollback`;

const expectedErrors = [StartError, EndedAtStart];

try {
  process.exitCode = (await runDemo(readArguments())) ? 0 : 1;
} catch (error) {
  const isExpected = error instanceof Error && expectedErrors.some((kind) => error instanceof kind);
  process.stderr.write(
    `${isExpected ? error.message : (error instanceof Error && error.stack) || String(error)}\n`,
  );
  process.exitCode = 1;
}

interface Arguments {
  input?: string | undefined;
  keep: boolean;
  train: boolean;
}

function runDemo({ input, keep, train }: Arguments): Promise<boolean> {
  if (train && (input !== undefined || keep))
    throw new InputError(`--train takes no other option.\n${usage}`);
  if (train) return runTrainingDemo();
  return input === undefined ? runWalkthrough(keep) : replayFile(input, keep);
}

function readArguments(): Arguments {
  try {
    const options = {
      input: { type: 'string' },
      keep: { type: 'boolean', default: false },
      train: { type: 'boolean', default: false },
    } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
