import { readConfig as readConsole } from 'console/config';
import { readConfig as readGateway } from 'gateway/config';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { readConfig as readTrainer } from 'trainer/config';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';

const readers = {
  gateway: readGateway,
  'training-log-worker': readTrainingLogWorker,
  'memory-worker': readMemoryWorker,
  'persona-worker': readPersonaWorker,
  trainer: readTrainer,
  console: readConsole,
};

export type App = keyof typeof readers;

/** Every app that has an image. */
export const apps = Object.keys(readers) as App[];

/** The names of the variables that an app reads. */
export function variablesOf(app: App): string[] {
  const asked = new Set<string>();
  const env = { DATABASE_URL: 'postgres://localhost/any' };
  readers[app](
    new Proxy(env, {
      get(target, name) {
        asked.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  );
  return [...asked].filter((name) => !name.endsWith('_FILE')).toSorted();
}
