import { createAuthHeader, limited } from '../authorized.ts';
import type { Environment } from '../environment/environment.ts';

type Key = Awaited<ReturnType<typeof createAuthHeader>>;

/** The whole loop on real servers, keys and limits on, a process for each app. */
export interface Loop {
  url: string;
  environment: Environment;
  /** Headers for hypothesize and execute, and for reading memories. */
  app: Key;
  reader: Key;
}

export async function openLoop(environment: Environment): Promise<Loop> {
  const app = await createAuthHeader(environment.db, 'app');
  const reader = await createAuthHeader(environment.db, 'reader');
  const { url } = await environment.app('gateway', limited);
  for (const worker of ['training-log-worker', 'memory-worker', 'persona-worker'])
    await environment.app(worker);
  return { url, environment, app, reader };
}
