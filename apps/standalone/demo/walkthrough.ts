import { assertLearning, type Turn } from './assertions.ts';
import type { Client } from './client.ts';
import { print, printBeside, printHeading, printLearned } from './output.ts';
import type { Hypotheses, Learning } from './responses.ts';
import { inTemporaryServer } from './temporary-server.ts';
import { until } from './wait.ts';

const USER = 'demo-user';
const STRANGER = 'demo-stranger';
const LEARNING_DEADLINE_MS = 30_000;

/** Runs four turns of a new user. True if the user's responses differ from a stranger's by what was learned. */
export async function runWalkthrough(keep: boolean): Promise<boolean> {
  print('Starting a learning loop on a temporary directory …');
  return inTemporaryServer({ discard: keep ? [] : ['.'] }, async (client, directory) => {
    const visible = await runTurns(client);
    if (keep) printHeading(`Everything is kept in ${directory}.`);
    return visible;
  });
}

/** Which hypothesis the user selects; null to select nothing. */
const story = [
  { input_text: 'build api', select: 'h1' },
  { input_text: 'deploy api', select: 'h1' },
  { input_text: 'auth', select: 'h1' },
  { input_text: 'build api', select: null },
];

async function runTurns(client: Client): Promise<boolean> {
  const turns: Turn[] = [];
  for (const { input_text, select } of story) {
    const turn = await ask(client, input_text);
    turns.push(turn);
    if (select !== null) await selectAndLearn(client, input_text, turn.user, select);
  }
  const proofs = assertLearning(turns);
  printHeading('Is the learning visible?');
  for (const { holds, claim } of proofs) print(`  ${holds ? 'yes' : 'NO '}  ${claim}`);
  return proofs.every(({ holds }) => holds);
}

/** The same request, of the user and of a stranger who never selected anything. */
async function ask(client: Client, input_text: string): Promise<Turn> {
  const user = await client.hypothesize({ user_id: USER, input_text });
  const stranger = await client.hypothesize({ user_id: STRANGER, input_text });
  printHeading(`"${input_text}" of the user, and of a stranger. What may be meant, with the chance of each:`);
  printBeside(user, stranger);
  const candidates = stranger.hypotheses.map(({ question }) => question);
  const offer = (user_id: string) => client.hypothesize({ user_id, input_text, candidates });
  return {
    input_text,
    user,
    stranger,
    sameTexts: { user: await offer(USER), stranger: await offer(STRANGER) },
  };
}

async function selectAndLearn(
  client: Client,
  input_text: string,
  { interaction_id }: Hypotheses,
  hypothesis_id: string,
): Promise<void> {
  const started = performance.now();
  await client.execute({ user_id: USER, input_text, interaction_id, hypothesis_id });
  const learning = await untilLearned(client, interaction_id);
  printHeading(
    `The user picks ${hypothesis_id}. Learned ${Math.round(performance.now() - started)} ms later:`,
  );
  printLearned(learning, await client.persona(USER));
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
