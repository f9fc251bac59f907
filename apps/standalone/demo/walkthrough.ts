import { assertLearning } from './assertions.ts';
import type { Client } from './client.ts';
import { print, printHeading, printHypothesis, printLearned } from './output.ts';
import type { Hypotheses, Learning, Memory } from './responses.ts';
import { inTemporaryServer } from './temporary-server.ts';
import { until } from './wait.ts';

const USER = 'demo-user';
const LEARNING_DEADLINE_MS = 30_000;

/** Runs three turns of a new user. True if learning is visible in the API's responses. */
export async function runWalkthrough(keep: boolean): Promise<boolean> {
  print('Starting a learning loop on a temporary directory …');
  return inTemporaryServer({ discard: keep ? [] : ['.'] }, async (client, directory) => {
    const visible = await runTurns(client);
    if (keep) printHeading(`Everything is kept in ${directory}.`);
    return visible;
  });
}

async function runTurns(client: Client): Promise<boolean> {
  const first = await hypothesize(client, 'build api');
  const afterFirst = await select(client, 'build api', first, 'h1');
  const second = await hypothesize(client, 'deploy api');
  const afterSecond = await select(client, 'deploy api', second, 'h2');
  const third = await hypothesize(client, 'auth');
  const proofs = assertLearning({ first, second, third, afterFirst, afterSecond });
  printHeading('Is the learning visible?');
  for (const { holds, claim } of proofs) print(`  ${holds ? 'yes' : 'NO '}  ${claim}`);
  return proofs.every(({ holds }) => holds);
}

async function hypothesize(client: Client, input_text: string): Promise<Hypotheses> {
  const response = await client.hypothesize({ user_id: USER, input_text });
  printHeading(`The user types "${input_text}". What may be meant, with the confidence in it:`);
  response.hypotheses.forEach(printHypothesis);
  return response;
}

/** Waits until the selection is learned, and returns all memories of the user. */
async function select(
  client: Client,
  input_text: string,
  { interaction_id }: Hypotheses,
  hypothesis_id: string,
): Promise<Memory[]> {
  const started = performance.now();
  await client.execute({ user_id: USER, input_text, interaction_id, hypothesis_id });
  const learning = await untilLearned(client, interaction_id);
  printHeading(
    `The user picks ${hypothesis_id}. Learned ${Math.round(performance.now() - started)} ms later:`,
  );
  printLearned(learning, await client.persona(USER));
  return client.memories(USER);
}

function untilLearned(client: Client, interactionId: string): Promise<Learning> {
  const readLearning = async () => {
    const { learned, learning } = await client.interaction(interactionId);
    return learned ? learning : null;
  };
  return until(
    readLearning,
    LEARNING_DEADLINE_MS,
    `Not learned within ${LEARNING_DEADLINE_MS / 1000} s: interaction ${interactionId}.`,
  );
}
