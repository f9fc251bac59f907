import path from 'node:path';
import type { Client } from './client.ts';
import { countEverywhere } from './consistency.ts';
import { heading, print } from './output.ts';
import { askAboutInteractions, askAboutUsers, completions, loggedEvents } from './read-back.ts';
import { replay } from './replay.ts';
import { tellLearned, tellParity, tellRanking, tellSpeed } from './report.ts';
import { type Choice, readChoices } from './selections-file.ts';
import { inTemporaryServer } from './temporary-server.ts';
import { until, untilOutboxEmpty } from './wait.ts';

const LOGGED_MS = 10_000;

interface Places {
  directory: string;
  trainingDir: string;
  logFile: string;
}

/**
 * Replays a file of choices and reports on it. True when every choice was learned exactly once.
 * Training data stays in the temporary directory, the log goes where it always goes (LOG_DIR, ./logs); the database
 * stays only with `keep`.
 */
export async function replayFile(file: string, keep: boolean): Promise<boolean> {
  const choices = await readChoices(file);
  const { LOG_DIR } = process.env;
  const logDir = path.resolve(LOG_DIR || 'logs');
  print('Starting a learning loop on a temporary directory …');
  const options = { env: { LOG_DIR: logDir }, discard: keep ? [] : ['data'] };
  return inTemporaryServer(options, async (client, directory) => {
    const trainingDir = path.join(directory, 'training');
    const places = { directory, trainingDir, logFile: path.join(logDir, 'app.log') };
    const passed = await replayAndReport(client, choices, places);
    tellPlaces(places, keep);
    return passed;
  });
}

async function replayAndReport(
  client: Client,
  choices: Choice[],
  { trainingDir, logFile }: Places,
): Promise<boolean> {
  heading(`Replaying ${choices.length} choices against ${client.url}`);
  const started = performance.now();
  const accepted = await replay(client, choices);
  const replayMs = performance.now() - started;
  await untilOutboxEmpty(client);
  const interactions = await askAboutInteractions(
    client,
    accepted.map(({ interaction_id }) => interaction_id),
  );
  const users = await askAboutUsers(client, [...new Set(accepted.map(({ user_id }) => user_id))]);
  const [logged, completed] = await Promise.all([
    loggedEvents(trainingDir),
    allCompletions(logFile, accepted.length),
  ]);
  tellLearned(users);
  tellRanking(accepted, choices);
  tellSpeed({ accepted: accepted.length, replayMs, interactions, completed });
  const { outbox_pending: pending } = await client.ready();
  return tellParity(countEverywhere({ accepted, interactions, users, pending, logged, completed }));
}

/** The log is written beside the work: its last lines may come a moment later. What is missing then is counted. */
function allCompletions(logFile: string, count: number): ReturnType<typeof completions> {
  const complete = async () => {
    const found = await completions(logFile);
    return found.length >= count ? found : null;
  };
  return until(complete, LOGGED_MS, 'Lines are missing.').catch(() => completions(logFile));
}

function tellPlaces({ directory, trainingDir, logFile }: Places, keep: boolean): void {
  heading('To look for yourself');
  print(`  head -n 1 ${path.join(trainingDir, 'hypotheses_data.jsonl')}`);
  print(`  grep -c learning_loop_complete ${logFile}`);
  if (keep)
    print(`  DATA_DIR=${path.join(directory, 'data')} TRAINING_DATA_DIR=${trainingDir} npx -y pnpm@12 start`);
}
