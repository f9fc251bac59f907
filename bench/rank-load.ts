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
const things = [
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

/** A way to pick from lists: the same for the same seed (mulberry32). */
export type Random = <T>(from: readonly T[]) => T;

export function wordsFrom(seed: number): Random {
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

/** What somebody may ask for. */
export const requestText = (random: Random) => `${random(verbs)} the ${random(things)} with ${random(tools)}`;

/** What rules propose for 60 different texts. */
export function requestTexts(random: Random): { input_text: string; options: string[] }[] {
  return Array.from({ length: 60 }, () => optionsFor(requestText(random)));
}

function optionsFor(input_text: string): { input_text: string; options: string[] } {
  const candidates = generateCandidates({ text: input_text, goals: [], preferences: [] });
  return { input_text, options: candidates.slice(0, 4).map(({ question }) => question) };
}

export function picksOf(count: number, random: Random): PastSelection[] {
  return Array.from({ length: count }, (_, n) => {
    const { input_text, options } = optionsFor(requestText(random));
    const chosen = random(options);
    const shown = options.map((question) => ({ question, chosen: question === chosen }));
    return { input_text, at: new Date(now.getTime() - n * 3_600_000), shown };
  });
}

/** A quarter goals, a quarter preferences, the rest history; no two users have the same. */
export function memoriesOf(user: number, count: number): Memory[] {
  const random = wordsFrom(1_000 + user);
  const types = ['goal', 'preference', 'history', 'history'] as const;
  return Array.from({ length: count }, (_, n) =>
    memory(
      types[n % 4] ?? 'history',
      `${user}-${n}`,
      `${requestText(random)} for client ${user * count + n}`,
    ),
  );
}

export function historyOf(count: number): Memory[] {
  const random = wordsFrom(count);
  return Array.from({ length: count }, (_, n) => {
    const said = `User requested: ${requestText(random)}, ticket ${n} | Selected: Do you want to ${requestText(random)}?`;
    return memory('history', `h${n}`, said);
  });
}

function memory(type: Memory['type'], id: string, content: string): Memory {
  const last_seen = new Date(now.getTime() - content.length * 3_600_000);
  return { memory_id: `m${id}`, type, content, confidence: 0.7, last_seen };
}
