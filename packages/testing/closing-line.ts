import type { Reporter, SerializedError, TestModule } from 'vitest/node';
import { runDirectories } from './run-directory.ts';

/** Ends a run with one plain line of counts. A file or an error outside of tests counts as a failed test. */
export const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      counts.failed += module.errors().length;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    if (counts.failed > 0)
      process.stdout.write(`Databases and files are kept in ${runDirectories().join(' and ')}.\n`);
    process.stdout.write(
      `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped\n`,
    );
  },
};
