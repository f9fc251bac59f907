import { generateCandidates } from '@learning-loop/learning/candidates/propose';
import type { Memory } from '@learning-loop/learning/memories/memory';
import type { PastSelection } from '@learning-loop/learning/ranking/rank';

export const now = new Date('2026-11-01T12:00:00Z');

const verbs = [
  'build',
  'deploy',
  'fix',
  'test',
  'document',
  'secure',
  'design',
  'migrate',
  'plan',
  'automate',
];
const objects = [
  'api',
  'login page',
  'parser',
  'data pipeline',
  'dashboard',
  'mobile app',
  'search',
  'billing service',
];
const tools = ['PostgreSQL', 'Docker', 'React', 'Kubernetes', 'FastAPI', 'Redis', 'Terraform', 'Rust'];

/** Samples from lists, the same for the same seed (mulberry32). */
export type Random = <T>(from: readonly T[]) => T;

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return (from) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    const one = from[((mixed ^ (mixed >>> 14)) >>> 0) % from.length];
    if (one === undefined) throw new RangeError('nothing to pick from');
    return one;
  };
}

export const generateRequestText = (random: Random) =>
  `${random(verbs)} the ${random(objects)} with ${random(tools)}`;

/** With the questions that the rules generate, for 60 texts. */
export function generateRequests(random: Random): { input_text: string; questions: string[] }[] {
  return Array.from({ length: 60 }, () => generateQuestions(generateRequestText(random)));
}

function generateQuestions(input_text: string): { input_text: string; questions: string[] } {
  const candidates = generateCandidates({ text: input_text, goals: [], preferences: [] });
  return { input_text, questions: candidates.slice(0, 4).map(({ question }) => question) };
}

export function generateSelections(count: number, random: Random): PastSelection[] {
  return Array.from({ length: count }, (_, n) => {
    const { input_text, questions } = generateQuestions(generateRequestText(random));
    const selected = random(questions);
    const shown = questions.map((question) => ({ question, chosen: question === selected }));
    return { input_text, at: new Date(now.getTime() - n * 3_600_000), shown };
  });
}

/** A quarter goals, a quarter preferences, the rest history; no two users have the same. */
export function generateMemories(user: number, count: number): Memory[] {
  const random = createRandom(1_000 + user);
  const types = ['goal', 'preference', 'history', 'history'] as const;
  return Array.from({ length: count }, (_, n) =>
    memory(
      types[n % 4] ?? 'history',
      `${user}-${n}`,
      `${generateRequestText(random)} for client ${user * count + n}`,
    ),
  );
}

export function generateHistory(count: number): Memory[] {
  const random = createRandom(count);
  return Array.from({ length: count }, (_, n) => {
    const content = `User requested: ${generateRequestText(random)}, ticket ${n} | Selected: Do you want to ${generateRequestText(random)}?`;
    return memory('history', `h${n}`, content);
  });
}

function memory(type: Memory['type'], id: string, content: string): Memory {
  const last_seen = new Date(now.getTime() - content.length * 3_600_000);
  return { memory_id: `m${id}`, type, content, confidence: 0.7, last_seen };
}
