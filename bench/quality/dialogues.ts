import { readFileSync } from 'node:fs';
import type { Memory } from '@learning-loop/learning/memories/memory';

interface Question {
  text: string;
  /** Places of the turns that answer it, in the memories. */
  evidence: number[];
}

export interface Dialogue {
  title: string;
  memories: Memory[];
  questions: Question[];
}

const path = new URL('data/dialogues.txt', import.meta.url);

/** The dialogues of `data/dialogues.txt`, a memory for each turn. Throws for a line of no known kind. */
export const readDialogues = (): Dialogue[] =>
  readFileSync(path, 'utf8').split(/^# /mu).slice(1).map(parseDialogue);

function parseDialogue(part: string): Dialogue {
  const [title = '', ...lines] = part.split('\n');
  const memories: Memory[] = [];
  const evidence = new Map<string, number[]>();
  let time = new Date(0);
  for (const line of lines.filter((one) => one !== '')) {
    const [, date, asked, turn] =
      /^(?:## (\d{4}-\d\d-\d\d \d\d:\d\d)|\? (.*?\?)!?|(\p{Lu}\p{Ll}+: .*))$/u.exec(line) ?? [];
    if (date !== undefined) time = new Date(`${date.replace(' ', 'T')}:00Z`);
    else if (asked !== undefined) evidence.set(asked, [...(evidence.get(asked) ?? []), memories.length - 1]);
    else if (turn !== undefined) memories.push(toMemory(memories.length, turn, time));
    else throw new Error(`dialogues.txt: neither a date, a turn nor a question: ${line}`);
  }
  return { title, memories, questions: [...evidence].map(([text, places]) => ({ text, evidence: places })) };
}

const toMemory = (place: number, content: string, last_seen: Date): Memory => ({
  memory_id: String(place).padStart(6, '0'),
  type: 'history',
  content,
  confidence: 1,
  last_seen,
});
