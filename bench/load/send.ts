import type { Job, LoadResult } from './job.ts';
import { runScript } from './run-script.ts';

/** Sends a job's requests from a process of its own, so that making the load does not slow what is measured. */
export const send = (job: Job): Promise<LoadResult> => runScript<LoadResult>('load/main.ts', job);
