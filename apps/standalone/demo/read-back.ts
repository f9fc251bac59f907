import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { type Client, forEachConcurrent } from './client.ts';
import { showProgress } from './output.ts';
import type { Interaction, Memory, Persona } from './responses.ts';

const REQUESTS_AT_ONCE = 16;

export interface UserState {
  user_id: string;
  memories: Memory[];
  persona: Persona;
}

export async function readUsers(client: Client, users: string[]): Promise<UserState[]> {
  return readEach('Reading users', users, async (user_id) => {
    const [memories, persona] = await Promise.all([client.memories(user_id), client.persona(user_id)]);
    return { user_id, memories, persona };
  });
}

export async function readInteractions(client: Client, ids: string[]): Promise<Interaction[]> {
  return readEach('Reading back', ids, client.interaction);
}

async function readEach<T>(label: string, ids: string[], read: (id: string) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  const progress = showProgress(label, ids.length);
  await forEachConcurrent(ids, REQUESTS_AT_ONCE, async (id) => {
    results.push(await read(id));
    progress.step();
  });
  return results;
}

// Log files are parsed without the product's own reader, since they verify it.

const Line = Compile(Type.Object({ event_id: Type.String() }));
const LogLine = Compile(Type.Object({ event_id: Type.String(), time: Type.String() }));

/** Distinct events in all segments of the hypotheses log. */
export async function readLoggedEvents(trainingDir: string): Promise<Set<string>> {
  const names = await readdir(trainingDir, { recursive: true });
  const segments = names.filter((name) => name.startsWith('hypotheses_data') && name.endsWith('.jsonl'));
  const texts = await Promise.all(segments.map((name) => readFile(path.join(trainingDir, name), 'utf8')));
  return new Set(texts.flatMap(toLines).map((line) => Line.Parse(JSON.parse(line)).event_id));
}

/** `at`: when all consumers had learned from the event, in ms since 1970. An event completed twice is there twice. */
export async function readCompletions(logFile: string): Promise<{ event_id: string; at: number }[]> {
  const lines = toLines(await readFile(logFile, 'utf8')).filter((line) =>
    line.includes('learning_loop_complete'),
  );
  return lines.map((line) => {
    const { event_id, time } = LogLine.Parse(JSON.parse(line));
    return { event_id, at: Date.parse(time) };
  });
}

const toLines = (text: string) => text.split('\n').filter((line) => line !== '');
