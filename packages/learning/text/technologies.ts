import data from './technologies.json' with { type: 'json' };
import { zipfIdf } from './word-vectors.ts';

/** A technology that a text names. */
export interface Mention {
  /** Its usual name, whatever the text calls it. */
  name: string;
  /** What it competes for: another of the same slot takes its place. Null when nothing does. */
  slot: string | null;
  start: number;
  end: number;
}

interface Name {
  name: string;
  slot: string | null;
  /** Also an everyday word, such as Go or Box: only the surroundings tell. */
  everyday: boolean;
}

const names = new Map<string, Name>(
  data.flatMap(({ name, aliases, slot, everyday }) => [
    [name.toLowerCase(), { name, slot, everyday }] as const,
    ...aliases.map((alias) => [alias, { name, slot, everyday: zipfIdf(alias) < 1 }] as const),
  ]),
);
const longestName = 4;
const wordPattern = /[\p{L}\p{N}.][\p{L}\p{N}+#/.-]*/gu;

/** What stands before a technology and hardly before an everyday word. */
const before = /(?:\b(?:using|use|uses|with|in|on|via|prefers?|and|or|than|over|learn|is)|,|:)\s*$/iu;
const strongBefore = /\b(?:using|in|with|via|prefers?|than|learn)\s*$/iu;
const after = /^\s*(?:$|[,.;:?!)]|(?:and|or|for|instead|over|to|than|on|with)\b)/iu;

/** The technologies that a text names, in order; the longest name counts ("React Native" is no "React"). */
export function findTechnologies(text: string): Mention[] {
  const words = [...text.matchAll(wordPattern)].map((match) => trimmed(match[0], match.index));
  const found: Mention[] = [];
  for (let i = 0; i < words.length; ) {
    const mention = longestFrom(text, words, i);
    if (mention === null) i += 1;
    else {
      found.push(mention);
      while (i < words.length && (words[i]?.start ?? 0) < mention.end) i += 1;
    }
  }
  return found;
}

interface Span {
  start: number;
  end: number;
}

/** Full stops and dashes at the end belong to the sentence. */
function trimmed(word: string, start: number): Span {
  return { start, end: start + word.replace(/[./-]+$/u, '').length };
}

function longestFrom(text: string, words: Span[], first: number): Mention | null {
  const start = words[first]?.start ?? 0;
  for (let count = longestName; count > 0; count -= 1) {
    const end = words[first + count - 1]?.end;
    const known = end === undefined ? undefined : names.get(text.slice(start, end).toLowerCase());
    if (end !== undefined && known !== undefined && isMeant(text, { start, end }, known)) {
      return { name: known.name, slot: known.slot, start, end };
    }
  }
  return null;
}

/** An everyday word is a technology where it is written as one, and stands where one does. */
function isMeant(text: string, { start, end }: Span, { name, everyday }: Name): boolean {
  if (!everyday) return true;
  const [left, written, right] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  const asName = written === name && name !== name.toLowerCase();
  return asName ? before.test(left) : strongBefore.test(left) && after.test(right);
}

/** The usual name of what a phrase calls a technology; null when it names none. */
export function lookUpTechnology(phrase: string): { name: string; slot: string | null } | null {
  return names.get(phrase.toLowerCase().trim()) ?? null;
}
