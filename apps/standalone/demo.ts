import { parseArgs } from 'node:util';
import { InputError } from './demo/input-error.ts';
import { replayFile } from './demo/replay-file.ts';
import { tellStory } from './demo/story.ts';
import { EndedAtStart } from './launch.ts';

const usage = `Usage: demo [--input FILE] [--keep]
  --input FILE  replay choices, one JSON object a line: user_id, input_text, candidates, selected_index
  --keep        keep what the demo made in its temporary directory`;

const expected = [InputError, EndedAtStart];

try {
  const { input, keep } = readArguments();
  const passed = input === undefined ? await tellStory(keep) : await replayFile(input, keep);
  process.exitCode = passed ? 0 : 1;
} catch (error) {
  const known = error instanceof Error && expected.some((kind) => error instanceof kind);
  process.stderr.write(
    `${known ? error.message : (error instanceof Error && error.stack) || String(error)}\n`,
  );
  process.exitCode = 1;
}

function readArguments(): { input?: string | undefined; keep: boolean } {
  try {
    const options = { input: { type: 'string' }, keep: { type: 'boolean', default: false } } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    throw new InputError(`${error instanceof Error ? error.message : error}\n${usage}`);
  }
}
