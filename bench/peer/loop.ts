import { authorized, counted } from '../authorized.ts';
import type { Stage } from '../environment/environment.ts';

type Key = Awaited<ReturnType<typeof authorized>>;

/** The whole loop on real servers, keys and limits on, a process for each app. */
export interface Loop {
  url: string;
  stage: Stage;
  /** The headers of who asks and picks, and of who reads what was learned. */
  app: Key;
  reader: Key;
}

export async function openLoop(stage: Stage): Promise<Loop> {
  const app = await authorized(stage.db, 'app');
  const reader = await authorized(stage.db, 'reader');
  const { url } = await stage.app('gateway', counted);
  for (const worker of ['training-log-worker', 'memory-worker', 'persona-worker']) await stage.app(worker);
  return { url, stage, app, reader };
}
