import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { RunDetails } from 'fast-check';
import { expect } from 'vitest';

// A run on unchanged code must not fail by chance: only `pnpm test:fuzz` draws a fresh seed.
const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const path = process.env['FUZZ_PATH'];

const { testPath = '' } = expect.getState();
// Loading fast-check takes 80 ms: only the files with properties pay for it.
if (readFileSync(testPath, 'utf8').includes("from 'fast-check'")) {
  const { default: fc } = await import('fast-check');
  const reporter = (run: RunDetails<unknown>) => {
    if (!run.failed) return;
    const message = `${fc.defaultReportMessage(run)}\n\n${howToRepeat(run)}`;
    throw new Error(message, { cause: run.errorInstance });
  };
  fc.configureGlobal({ seed, reporter, ...(path === undefined ? {} : { path }) });
}

function howToRepeat({ seed, counterexamplePath }: RunDetails<unknown>): string {
  const name = expect.getState().currentTestName?.split(' > ').at(-1) ?? '';
  // As a pattern that needs no escapes, neither as a regular expression nor in a shell.
  const pattern = name.replaceAll(/[^\p{L}\p{N} ]/gu, '.');
  const variables = `FUZZ_SEED=${seed} FUZZ_PATH=${counterexamplePath}`;
  return `To repeat it: ${variables} npx -y pnpm@12 test ${relative(process.cwd(), testPath)} -t '${pattern}'`;
}
