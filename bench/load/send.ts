import type { Job, Seen } from './job.ts';
import { ask } from './run-script.ts';

/** Sends a job's requests from a process of its own, so that making the load does not slow what is measured. */
export const send = (job: Job): Promise<Seen> => ask<Seen>('load/main.ts', job);
