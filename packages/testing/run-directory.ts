import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Holds what the servers of one run write. */
export function runDirectory(vitestPid: number): string {
  return join(tmpdir(), `learning-loop-test-${vitestPid}`);
}
