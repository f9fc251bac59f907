import type { Interaction, Memory, Persona } from './answers.ts';
import type { Client } from './client.ts';
import { inParallel } from './in-parallel.ts';
import { showProgress } from './narrate.ts';

const REQUESTS_AT_ONCE = 16;

/** What the service knows of one user. */
export interface KnownUser {
  user_id: string;
  memories: Memory[];
  persona: Persona;
}

/** Asks the API what it knows of each user. */
export async function askAboutUsers(client: Client, users: string[]): Promise<KnownUser[]> {
  return askAboutEach('Reading users', users, async (user_id) => {
    const [memories, persona] = await Promise.all([client.memories(user_id), client.persona(user_id)]);
    return { user_id, memories, persona };
  });
}

/** Asks the API what became of each interaction. */
export async function askAboutInteractions(client: Client, ids: string[]): Promise<Interaction[]> {
  return askAboutEach('Reading back', ids, client.interaction);
}

async function askAboutEach<T>(label: string, ids: string[], ask: (id: string) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  const progress = showProgress(label, ids.length);
  await inParallel(ids, REQUESTS_AT_ONCE, async (id) => {
    answers.push(await ask(id));
    progress.step();
  });
  return answers;
}
