import { writeSync } from 'node:fs';
import { rewriteSegments } from '../rewrite.ts';

/**
 * A process that erases: `node rewrite-log.ts <dir> <erased> <leaseMs>`. It freezes while it copies what stays, and goes on
 * with SIGCONT; then it says how it ended.
 */
const [dir = '', erased = '', leaseMs = ''] = process.argv.slice(2);
let asked = 0;

const told = await rewriteSegments(
  dir,
  ({ event_id }) => {
    asked += 1;
    // The first pass counts; this is in the second.
    if (asked === 4) {
      writeSync(1, 'frozen\n');
      process.kill(process.pid, 'SIGSTOP');
    }
    return event_id !== erased;
  },
  { leaseMs: Number(leaseMs) },
).then(
  (removed) => `removed ${removed}`,
  (error: unknown) => `failed: ${error}`,
);
writeSync(1, `${told}\n`);
