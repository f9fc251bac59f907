import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Client, forEachConcurrent } from './client.ts';
import { showProgress } from './output.ts';
import type { Interaction, Memory, Persona } from './responses.ts';

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
  await forEachConcurrent(ids, REQUESTS_AT_ONCE, async (id) => {
    answers.push(await ask(id));
    progress.step();
  });
  return answers;
}

/** The files themselves, read without the product's own reader: what the replay is checked against. */

const Line = Compile(Type.Object({ event_id: Type.String() }));
const LogLine = Compile(Type.Object({ event_id: Type.String(), time: Type.String() }));

/** The distinct events in the hypotheses log, all its segments together, those that are finished in its folder included. */
export async function loggedEvents(trainingDir: string): Promise<Set<string>> {
  const names = await readdir(trainingDir, { recursive: true });
  const segments = names.filter((name) => name.startsWith('hypotheses_data') && name.endsWith('.jsonl'));
  const texts = await Promise.all(segments.map((name) => readFile(path.join(trainingDir, name), 'utf8')));
  return new Set(texts.flatMap(linesOf).map((line) => Line.Parse(JSON.parse(line)).event_id));
}

/** When each event was learned by every consumer, in ms since 1970; an event that completed twice is there twice. */
export async function completions(logFile: string): Promise<{ event_id: string; at: number }[]> {
  const lines = linesOf(await readFile(logFile, 'utf8')).filter((line) =>
    line.includes('learning_loop_complete'),
  );
  return lines.map((line) => {
    const { event_id, time } = LogLine.Parse(JSON.parse(line));
    return { event_id, at: Date.parse(time) };
  });
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');
