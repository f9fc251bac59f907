import { createHash } from 'node:crypto';
import { findTechnologies } from '../text/technologies.ts';
import { toTerms } from '../text/terms.ts';

/** What is remembered of a user, as the rules need it. */
export interface Memory {
  memory_id: string;
  type: 'goal' | 'preference' | 'history';
  content: string;
  /** In [0, 1]. */
  confidence: number;
  last_seen: Date;
}

/** What the history says of an interaction; `selectedQuestion` null when the user rejected all. */
export function historyContent(inputText: string, selectedQuestion: string | null): string {
  const asked = inputText.replaceAll(/\s+/gu, ' ').trim();
  return `User requested: ${asked} | Selected: ${selectedQuestion ?? 'none of these'}`;
}

/** Verbs that say the same of a goal. */
const sameVerbs = new Map(
  Object.entries({
    build: 'creat make develop implement code program',
    fix: 'repair resolve solv correct patch',
    analys: 'analyz',
    optimis: 'optim',
  }).flatMap(([verb, others]) => others.split(' ').map((other) => [other, verb] as const)),
);

const label = /^\s*(?:prefers|likes|goal|wants to)\s*:?\s*/iu;

/** Where two technologies stand on the two sides of one of these, their order is the meaning. */
const directed = /\b(?:to|into|over|than|instead of)\b/iu;

/**
 * A key under which contents of the same meaning meet: the stems of their telling words, technologies by their usual
 * names, in the order of the alphabet.
 */
export function memoryKey(content: string): string {
  const said = content.replace(label, '');
  const technologies = findTechnologies(said);
  const named = technologies.reduceRight(
    (text, { name, start, end }) => text.slice(0, start) + name + text.slice(end),
    said,
  );
  const stems = [...new Set(toTerms(named).map(({ stem }) => sameVerbs.get(stem) ?? stem))];
  const keepsOrder = technologies.length > 1 && directed.test(said);
  const ordered = keepsOrder ? stems : stems.sort();
  return ordered.length > 0 ? ordered.join(' ') : said.trim().toLowerCase();
}

/**
 * The key under which a memory is stored: contents of the same meaning have the same one. A digest, because keys
 * are indexed, an index entry has a limit that a long text would pass, and a forgotten memory keeps its key only.
 */
export function contentKey(content: string): string {
  return createHash('sha256').update(memoryKey(content)).digest('base64url');
}
