import data from './technologies.json' with { type: 'json' };
import { zipfIdf } from './word-vectors.ts';

export interface Mention {
  name: string;
  /** The exclusive slot that its alternatives share; null when it has none. */
  slot: string | null;
  start: number;
  end: number;
}

interface Name {
  name: string;
  slot: string | null;
  /** Also a common word, such as Go or Box: only the context shows which is meant. */
  everyday: boolean;
}

const names = new Map<string, Name>(
  data.flatMap(({ name, aliases, slot, everyday }) => [
    [name.toLowerCase(), { name, slot, everyday }] as const,
    ...aliases.map((alias) => [alias, { name, slot, everyday: zipfIdf(alias) < 1 }] as const),
  ]),
);
const maxNameWords = 4;
const wordPattern = /[\p{L}\p{N}.][\p{L}\p{N}+#/.-]*/gu;

const precedingWord =
  /(?:(?<!\p{L})(?:using|use|uses|with|in|on|via|prefers?|and|or|than|over|learn|is|avoids?|avoiding|without|no|not|nor|neither|never|hates?|dislikes?|likes?|loves?|touch|but|except|of|from|mit|ohne|kein|keine|statt|in|auf|avec|sans|pas|de|con|sin|senza|met|zonder|geen|com|sem|usar|usare|utiliser|y|e|et|und|oder|ou|en|of)|,|:)\s*$/iu;
const strongPrecedingWord = /\b(?:using|in|with|via|prefers?|than|learn)\s*$/iu;
const followingWord = /^\s*(?:$|[,.;:?!)]|(?:and|or|for|instead|over|to|than|on|with)\b)/iu;

/** In order of occurrence. The longest name wins: "React Native" is not "React". */
export function findTechnologies(text: string): Mention[] {
  const words = [...text.matchAll(wordPattern)].map((match) => trimSpan(match[0], match.index));
  const mentions: Mention[] = [];
  for (let i = 0; i < words.length; ) {
    const mention = findLongestAt(text, words, i);
    if (mention === null) i += 1;
    else {
      mentions.push(mention);
      while (i < words.length && (words[i]?.start ?? 0) < mention.end) i += 1;
    }
  }
  return mentions;
}

interface Span {
  start: number;
  end: number;
}

function trimSpan(word: string, start: number): Span {
  return { start, end: start + word.replace(/[./-]+$/u, '').length };
}

function findLongestAt(text: string, words: Span[], first: number): Mention | null {
  const start = words[first]?.start ?? 0;
  for (let count = maxNameWords; count > 0; count -= 1) {
    const end = words[first + count - 1]?.end;
    const entry = end === undefined ? undefined : names.get(text.slice(start, end).toLowerCase());
    if (end !== undefined && entry !== undefined && isTechnology(text, { start, end }, entry)) {
      return { name: entry.name, slot: entry.slot, start, end };
    }
  }
  return null;
}

/** A common word counts only in the spelling and the context of a technology. */
function isTechnology(text: string, { start, end }: Span, { name, everyday }: Name): boolean {
  if (!everyday) return true;
  const [left, written, right] = [text.slice(0, start), text.slice(start, end), text.slice(end)];
  const asName = written === name && name !== name.toLowerCase();
  return asName ? precedingWord.test(left) : strongPrecedingWord.test(left) && followingWord.test(right);
}

export function lookUpTechnology(phrase: string): { name: string; slot: string | null } | null {
  return names.get(phrase.toLowerCase().trim()) ?? null;
}
