import { memoize } from '@learning-loop/async/memoize';
import stem from 'wink-porter2-stemmer';
import { hashString } from './hash-index.ts';
import technologies from './technologies.json' with { type: 'json' };
import { frequencyRank, wordCosine, zipfIdf } from './word-vectors.ts';

const list = `a an the of to in on at for from by with and or but if nor yet is are was were be been being am do does did doing done
has have had having i you he she it we they me him her us them my your his its our their mine yours this that these those what which who
whom whose how should would could can will shall may might must so as than then there here when where why all any some very just much
more most other such own same too also into out up down over under about again i'm i'd i'll i've you're it's that's let's don't doesn't
isn't aren't s t re ve ll d m want wants like need needs please suggest recommend recommendation give tell help get got let`;

/** Without "not", "no" and "without", which reverse a meaning. */
const stopWords: ReadonlySet<string> = new Set(list.split(/\s+/u));

export interface Term {
  stem: string;
  /** Words of one stem may have different vectors. */
  wordHash: number;
  stemHash: number;
  /** In [0, 1]. */
  weight: number;
  /** Index of its word vector; -1 when it has none. */
  frequencyRank: number;
  /** Hashes; misspelt and derived words share some. */
  readonly ngrams: readonly number[];
}

const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’+#]*/gu;
/** For ASCII text only, in a third of the time. */
const asciiWord = /[a-z0-9][a-z0-9'+#]*/g;
const beyondAscii = /[^\p{ASCII}]/u;
const maxWordLength = 40;

const maxTextLength = 4000;

const canonical = new Map(
  technologies.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name.toLowerCase()] as const)),
);

export function toTerms(text: string): Term[] {
  const terms: Term[] = [];
  for (const word of splitWords(text.slice(0, maxTextLength)))
    if (!stopWords.has(word)) terms.push(toTerm(word.slice(0, maxWordLength)));
  return terms;
}

function splitWords(text: string): string[] {
  if (!beyondAscii.test(text)) return text.toLowerCase().match(asciiWord) ?? [];
  return text.normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
}

const toTerm = memoize((written: string): Term => new WrittenTerm(written), 20_000);

class WrittenTerm implements Term {
  readonly stem: string;
  readonly wordHash: number;
  readonly stemHash: number;
  readonly weight: number;
  readonly frequencyRank: number;
  readonly #word: string;
  #ngrams: readonly number[] | undefined;

  constructor(written: string) {
    const word = canonical.get(written) ?? written.replace(/['’]s?$/u, '');
    const rank = frequencyRank(word);
    this.stem = stem(word);
    this.wordHash = hashString(word);
    this.stemHash = hashString(this.stem);
    this.weight = zipfIdf(word);
    this.frequencyRank = rank < 0 ? frequencyRank(this.stem) : rank;
    this.#word = word;
  }

  get ngrams(): readonly number[] {
    this.#ngrams ??= toNgrams(this.#word);
    return this.#ngrams;
  }
}

/** 4-grams; 2-grams in scripts without spaces between words. */
function toNgrams(word: string): number[] {
  const size = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? 2 : 4;
  const letters = [...(size === 4 ? `^${word}` : word)];
  const starts = Math.max(0, letters.length - size + 1);
  return Array.from({ length: starts }, (_, start) =>
    hashString(`#${letters.slice(start, start + size).join('')}`),
  );
}

/** In [0, 1]; 1 for the same stem. */
export function wordSimilarity(a: Term, b: Term): number {
  if (a.stemHash === b.stemHash) return 1;
  const known = a.frequencyRank >= 0 && b.frequencyRank >= 0;
  return known ? Math.max(0, wordCosine(a.frequencyRank, b.frequencyRank)) : 0;
}
