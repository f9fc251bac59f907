import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { readConfig as readConsole } from 'console/config';
import { readConfig as readGateway } from 'gateway/config';
import { readConfig as readMemoryWorker } from 'memory-worker/config';
import { readConfig as readPersonaWorker } from 'persona-worker/config';
import { readConfig as readStandalone } from 'standalone/config';
import { readConfig as readTrainer } from 'trainer/config';
import { readConfig as readTrainingLogWorker } from 'training-log-worker/config';
import { expect, test } from 'vitest';

const apps = {
  gateway: readGateway,
  'training-log-worker': readTrainingLogWorker,
  'memory-worker': readMemoryWorker,
  'persona-worker': readPersonaWorker,
  trainer: readTrainer,
};

const file = (name: string) => readFile(path.join(import.meta.dirname, '..', name), 'utf8');

/** The names of the variables that a reader asks for. */
function namesRead(readConfig: (env: NodeJS.ProcessEnv) => unknown): string[] {
  const asked = new Set<string>();
  const env = { DATABASE_URL: 'postgres://localhost/any' };
  readConfig(
    new Proxy(env, {
      get(target, name) {
        asked.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  );
  return [...asked].filter((name) => !name.endsWith('_FILE')).toSorted();
}

function namesExplained(text: string): string[] {
  return [...text.matchAll(/^#? ?([A-Z][A-Z0-9_]+)=/gm)].map(([, name = '']) => name).toSorted();
}

const everyName = () =>
  [...new Set([readStandalone, readConsole, ...Object.values(apps)].flatMap(namesRead))].toSorted();

test('.env.example explains every variable that is read, and no other', async () => {
  expect(namesExplained(await file('.env.example'))).toEqual(everyName());
});

test('the README lists only variables that are read', async () => {
  const rows = (await file('README.md')).matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm);
  const listed = [...rows].map(([, name]) => name);
  expect(listed).not.toEqual([]);
  expect(everyName()).toEqual(expect.arrayContaining(listed));
});
