import { assertLearning } from './assertions.ts';
import type { Client } from './client.ts';
import { heading, print, sayHypothesis, sayLearned } from './output.ts';
import type { Hypotheses, Learning, Memory } from './responses.ts';
import { inTemporaryServer } from './temporary-server.ts';
import { until } from './wait.ts';

const USER = 'demo-user';
const LEARNING_DEADLINE_MS = 30_000;

/** Plays three turns of one new user and tells what happens; all it says comes from the API. True when learning is visible. */
export async function runWalkthrough(keep: boolean): Promise<boolean> {
  print('Starting a learning loop on a temporary directory …');
  return inTemporaryServer({ discard: keep ? [] : ['.'] }, async (client, directory) => {
    const visible = await playStory(client);
    if (keep) heading(`Everything is kept in ${directory}.`);
    return visible;
  });
}

async function playStory(client: Client): Promise<boolean> {
  const first = await ask(client, 'build api');
  const afterFirst = await pick(client, 'build api', first, 'h1');
  const second = await ask(client, 'deploy api');
  const afterSecond = await pick(client, 'deploy api', second, 'h2');
  const third = await ask(client, 'auth');
  const proofs = assertLearning({ first, second, third, afterFirst, afterSecond });
  heading('Is the learning visible?');
  for (const { holds, claim } of proofs) print(`  ${holds ? 'yes' : 'NO '}  ${claim}`);
  return proofs.every(({ holds }) => holds);
}

async function ask(client: Client, input_text: string): Promise<Hypotheses> {
  const answer = await client.hypothesize({ user_id: USER, input_text });
  heading(`The user types "${input_text}". What may be meant, with the confidence in it:`);
  answer.hypotheses.forEach(sayHypothesis);
  return answer;
}

/** Picks, waits until that is learned, and returns all memories of the user. */
async function pick(
  client: Client,
  input_text: string,
  asked: Hypotheses,
  hypothesis_id: string,
): Promise<Memory[]> {
  const { interaction_id } = asked;
  const started = performance.now();
  await client.execute({ user_id: USER, input_text, interaction_id, hypothesis_id });
  const learning = await untilLearned(client, interaction_id);
  heading(`The user picks ${hypothesis_id}. Learned ${Math.round(performance.now() - started)} ms later:`);
  sayLearned(learning, await client.persona(USER));
  return client.memories(USER);
}

function untilLearned(client: Client, interactionId: string): Promise<Learning> {
  const ask = async () => {
    const { learned, learning } = await client.interaction(interactionId);
    return learned ? learning : null;
  };
  return until(
    ask,
    LEARNING_DEADLINE_MS,
    `Not learned within ${LEARNING_DEADLINE_MS / 1000} s: interaction ${interactionId}.`,
  );
}
