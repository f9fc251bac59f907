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

/** Words that say little about what a text is about. "Not", "no", "without" are none of them: they turn a meaning. */
const stopWords: ReadonlySet<string> = new Set(list.split(/\s+/u));

/** A word as the rules compare it. */
export interface Term {
  stem: string;
  /** Hash of the word: words of one stem may have different vectors. */
  word: number;
  /** Hash of the stem. */
  root: number;
  /** How much it tells, in [0, 1]. */
  weight: number;
  /** Where its vector stands; -1 when it has none. */
  rank: number;
  /** Hashes of its pieces, by which misspelt and derived words meet. */
  readonly grams: readonly number[];
}

const wordPattern = /[\p{L}\p{N}][\p{L}\p{N}\p{M}'’+#]*/gu;
/** The same for text of which it is known that it is ASCII, in a third of the time. */
const asciiWord = /[a-z0-9][a-z0-9'+#]*/g;
const beyondAscii = /[^\p{ASCII}]/u;
const longestWord = 40;

/** Characters of a text that are read; what lies beyond hardly changes what it is about. */
const readable = 4000;

const canonical = new Map(
  technologies.flatMap(({ name, aliases }) => aliases.map((alias) => [alias, name.toLowerCase()] as const)),
);

/** The telling words of a text, in order, repetitions included. */
export function toTerms(text: string): Term[] {
  const terms: Term[] = [];
  for (const word of wordsOf(text.slice(0, readable)))
    if (!stopWords.has(word)) terms.push(termOf(word.slice(0, longestWord)));
  return terms;
}

function wordsOf(text: string): string[] {
  if (!beyondAscii.test(text)) return text.toLowerCase().match(asciiWord) ?? [];
  return text.normalize('NFKC').toLowerCase().match(wordPattern) ?? [];
}

const termOf = memoize((written: string): Term => new WrittenTerm(written), 20_000);

/** Its pieces are made on first use, as are those of a text. */
class WrittenTerm implements Term {
  readonly stem: string;
  readonly word: number;
  readonly root: number;
  readonly weight: number;
  readonly rank: number;
  readonly #spelt: string;
  #grams: readonly number[] | undefined;

  constructor(written: string) {
    const word = canonical.get(written) ?? written.replace(/['’]s?$/u, '');
    const root = stem(word);
    const rank = frequencyRank(word);
    this.stem = root;
    this.word = hashString(word);
    this.root = hashString(root);
    this.weight = zipfIdf(word);
    this.rank = rank < 0 ? frequencyRank(root) : rank;
    this.#spelt = word;
  }

  get grams(): readonly number[] {
    this.#grams ??= toNgrams(this.#spelt);
    return this.#grams;
  }
}

/** Four letters at a time; two where words are written without spaces between them. */
function toNgrams(word: string): number[] {
  const size = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u.test(word) ? 2 : 4;
  const letters = [...(size === 4 ? `^${word}` : word)];
  const starts = Math.max(0, letters.length - size + 1);
  return Array.from({ length: starts }, (_, start) =>
    hashString(`#${letters.slice(start, start + size).join('')}`),
  );
}

/** How near two words are, in [0, 1]: 1 for the same stem. */
export function wordSimilarity(a: Term, b: Term): number {
  if (a.root === b.root) return 1;
  return a.rank < 0 || b.rank < 0 ? 0 : Math.max(0, wordCosine(a.rank, b.rank));
}
