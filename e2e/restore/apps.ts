import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { type Client, connectClient } from 'standalone/demo/client';
import { type AppProcess, launch } from 'standalone/launch';
import { onTestFinished } from 'vitest';

const listening = /"url":"(http:[^"]+)"/;

export interface StartedApp extends AppProcess {
  url: string;
}

/** A process of its own. Rejects with what it says if it ends. */
export async function startApp(
  app: string,
  databaseUrl: string,
  env: NodeJS.ProcessEnv = {},
): Promise<StartedApp> {
  const directory = await temporaryDirectory();
  const place = { TRAINING_DATA_DIR: path.join(directory, 'training'), LOG_DIR: '', REDIS_URL: '' };
  const process = launch(app, directory, { ...place, DATABASE_URL: databaseUrl, PORT: '0', ...env });
  onTestFinished(() => process.kill());
  return { ...process, url: await process.waitForLine(listening) };
}

/** Resolves with what the refusal says. */
export async function refusalOf(app: string, databaseUrl: string): Promise<string> {
  return await startApp(app, databaseUrl).then(
    ({ url }) => `started at ${url}`,
    (error: Error) => error.message,
  );
}

/** The command of the runbook, as a process of its own. */
export async function repair(databaseUrl: string, ...args: string[]): Promise<string> {
  const main = path.join(import.meta.dirname, '../../apps/gateway/repair.ts');
  const env = { ...process.env, DATABASE_URL: databaseUrl };
  const cwd = await temporaryDirectory();
  const { stdout } = await promisify(execFile)(process.execPath, [main, ...args], { env, cwd });
  return stdout;
}

/** One selection of ada's that no worker has learned; resolves with its interaction. */
export async function select(url: string, input_text: string): Promise<string> {
  const client: Client = connectClient(url);
  const asked = { user_id: 'ada', input_text };
  const { interaction_id } = await client.hypothesize(asked);
  await client.execute({ ...asked, interaction_id, hypothesis_id: 'h1' });
  return interaction_id;
}
