import path from 'node:path';
import type { Client } from './client.ts';
import { countConsistency } from './consistency.ts';
import { print, printHeading } from './output.ts';
import { readCompletions, readInteractions, readLoggedEvents, readUsers } from './read-back.ts';
import { replay } from './replay.ts';
import { printConsistency, printLearning, printRanking, printSpeed } from './report.ts';
import { type RecordedSelection, readSelections } from './selections-file.ts';
import { inTemporaryServer } from './temporary-server.ts';
import { until, untilOutboxEmpty } from './wait.ts';

const LOGGED_MS = 10_000;

interface Paths {
  directory: string;
  trainingDir: string;
  logFile: string;
}

/**
 * Replays a file of selections and prints a report. True if each selection was learned exactly once. The training
 * data stays in the temporary directory, the log in LOG_DIR, and with `keep` the database as well.
 */
export async function replayFile(file: string, keep: boolean): Promise<boolean> {
  const selections = await readSelections(file);
  const { LOG_DIR } = process.env;
  const logDir = path.resolve(LOG_DIR || 'logs');
  print('Starting a learning loop on a temporary directory …');
  const options = { env: { LOG_DIR: logDir }, discard: keep ? [] : ['data'] };
  return inTemporaryServer(options, async (client, directory) => {
    const trainingDir = path.join(directory, 'training');
    const paths = { directory, trainingDir, logFile: path.join(logDir, 'app.log') };
    const passed = await replayAndReport(client, selections, paths);
    printPaths(paths, keep);
    return passed;
  });
}

async function replayAndReport(
  client: Client,
  selections: RecordedSelection[],
  { trainingDir, logFile }: Paths,
): Promise<boolean> {
  printHeading(`Replaying ${selections.length} choices against ${client.url}`);
  const started = performance.now();
  const accepted = await replay(client, selections);
  const replayMs = performance.now() - started;
  await untilOutboxEmpty(client);
  const interactions = await readInteractions(
    client,
    accepted.map(({ interaction_id }) => interaction_id),
  );
  const users = await readUsers(client, [...new Set(accepted.map(({ user_id }) => user_id))]);
  const [logged, completed] = await Promise.all([
    readLoggedEvents(trainingDir),
    waitForCompletions(logFile, accepted.length),
  ]);
  printLearning(users);
  printRanking(accepted, selections);
  printSpeed({ accepted: accepted.length, replayMs, interactions, completed });
  const { outbox_pending: pending } = await client.ready();
  return printConsistency(countConsistency({ accepted, interactions, users, pending, logged, completed }));
}

/** The log is written asynchronously, so its last lines may be late. Missing ones are reported. */
function waitForCompletions(logFile: string, count: number): ReturnType<typeof readCompletions> {
  const readIfComplete = async () => {
    const completions = await readCompletions(logFile);
    return completions.length >= count ? completions : null;
  };
  return until(readIfComplete, LOGGED_MS, 'Lines are missing.').catch(() => readCompletions(logFile));
}

function printPaths({ directory, trainingDir, logFile }: Paths, keep: boolean): void {
  printHeading('To look for yourself');
  print(`  head -n 1 ${path.join(trainingDir, 'hypotheses_data.jsonl')}`);
  print(`  grep -c learning_loop_complete ${logFile}`);
  if (keep)
    print(`  DATA_DIR=${path.join(directory, 'data')} TRAINING_DATA_DIR=${trainingDir} npx -y pnpm@12 start`);
}
