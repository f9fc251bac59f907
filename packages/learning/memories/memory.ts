import { createHash } from 'node:crypto';
import type { Polarity } from '../extraction/polarity.ts';
import { findTechnologies } from '../text/technologies.ts';
import { toTerms } from '../text/terms.ts';

export interface Memory {
  memory_id: string;
  type: 'goal' | 'preference' | 'history';
  content: string;
  /** In [0, 1]. */
  confidence: number;
  last_seen: Date;
}

/** `selectedQuestion` is null when the user rejected all. */
export function historyContent(inputText: string, selectedQuestion: string | null): string {
  const request = inputText.replaceAll(/\s+/gu, ' ').trim();
  return `User requested: ${request} | Selected: ${selectedQuestion ?? 'none of these'}`;
}

const verbSynonyms = new Map(
  Object.entries({
    build: 'creat make develop implement code program',
    fix: 'repair resolve solv correct patch',
    analys: 'analyz',
    optimis: 'optim',
  }).flatMap(([verb, others]) => others.split(' ').map((other) => [other, verb] as const)),
);

const label = /^\s*(?:prefers|likes|goal|wants to)\s*:?\s*/iu;
const dislikeLabel = /^\s*(?:avoids|dislikes)\s*:\s*/iu;
/** Only go with the name of a technology: "Docker deployment" is about Docker. */
const companion =
  /^\s+(?:deployment|authentication|integration|hosting|storage|caching|testing|containers?)\s*$/iu;

/** Between two technologies these make their order matter: "from MySQL to PostgreSQL". */
const directed = /\b(?:to|into|over|than|instead of)\b/iu;

/** Equal for contents of the same meaning: sorted stems without stop words, technologies by their canonical names. */
export function memoryKey(content: string): string {
  if (dislikeLabel.test(content)) return `- ${memoryKey(content.replace(dislikeLabel, ''))}`;
  const text = dropCompanion(content.replace(label, ''));
  const technologies = findTechnologies(text);
  const named = technologies.reduceRight(
    (line, { name, start, end }) => line.slice(0, start) + name + line.slice(end),
    text,
  );
  const stems = [...new Set(toTerms(named).map(({ stem }) => verbSynonyms.get(stem) ?? stem))];
  const keepsOrder = technologies.length > 1 && directed.test(text);
  const ordered = keepsOrder ? stems : stems.sort();
  return ordered.length > 0 ? ordered.join(' ') : text.trim().toLowerCase();
}

function dropCompanion(text: string): string {
  const [only, ...more] = findTechnologies(`with ${text}`);
  if (only === undefined || more.length > 0 || only.start !== 'with '.length) return text;
  return text.slice(only.end - 'with '.length).replace(companion, '') === '' ? only.name : text;
}

export function preferenceContent(polarity: Polarity, thing: string): string {
  return `${polarity === 'like' ? 'Prefers' : 'Avoids'}: ${thing}`;
}

/**
 * A digest of the memory key: index entries have a size limit, and of a forgotten memory only the key stays. The key of
 * a dislike is that of the liking behind an exclamation mark, so that a query finds the one by the other.
 */
export function contentKey(content: string): string {
  if (dislikeLabel.test(content)) return `!${contentKey(content.replace(dislikeLabel, ''))}`;
  return createHash('sha256').update(memoryKey(content)).digest('base64url');
}
