import { memoize } from '@learning-loop/async/memoize';
import { toLetterTrigrams } from '../../text/letter-trigrams.ts';
import { analyze, byteSize, type TextVector, toTextVector } from '../../text/text-vector.ts';
import type { HashedText } from './bm25.ts';
import { findDate, type NamedDate } from './dates.ts';

/** What one memory says, as retrieval reads it. */
export interface Utterance {
  speaker: string | null;
  text: TextVector;
  stems: HashedText;
  /** Computed on first use. */
  readonly trigrams: HashedText;
  /** Of a date beside the speaker, as in `[8 May 2023] Ada: …`. */
  saidAt: NamedDate | null;
  /** Of a date within the text. */
  named: NamedDate | null;
  asks: boolean;
  tellsTime: boolean;
  tellsNumber: boolean;
  /** In [0, 1]: 1 from 80 letters on; "Great!" tells little. */
  substance: number;
}

const cacheBytes = 48e6;

/** Memoized: memories come with every request. */
export const parseUtterance: (content: string) => Utterance = memoize(
  (content) => new ParsedUtterance(content),
  cacheBytes,
  ({ text }) => byteSize(text) + 300,
);

/** Without what `historyContent` and extraction add. */
const stripLabels = (content: string) =>
  content
    .replace(/^(?:User requested|Prefers|Avoids|Likes|Goal): /u, '')
    .replace(/ \| Selected: (?:none of these$)?/u, ' ');

/** `Ada: …`, `[8 May 2023] Ada: …`, `2023-05-08, Ada: …`, `Ada (8 May 2023): …`, `On 8 May 2023 Ada said: …`. */
const spoken =
  /^(?:[[(]?((?:On )?[^[\]()\n]{0,30}?\d[^[\]()\n]{0,24}?)[\])]?[,:;|–—-]*\s+)?(\p{Lu}[\p{L}.'’-]*(?: \p{Lu}[\p{L}.'’-]*){0,2})(?: ?[[(]([^[\]()]{4,40})[\])])?(?: said)?: /u;

const timeWord =
  /\b(?:yesterday|today|tonight|tomorrow|ago|last|next|since|recently|just|weekend|week|month|year|day|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|june|july|august|september|october|november|december|summer|winter|spring|fall|autumn|\d{4})s?\b/iu;
const numberWord =
  /\p{N}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|once|twice|several|couple|dozen|first|second|third)\b/iu;

const fullLength = 80;

class ParsedUtterance implements Utterance {
  readonly speaker: string | null;
  readonly text: TextVector;
  readonly stems: HashedText;
  readonly saidAt: NamedDate | null;
  readonly named: NamedDate | null;
  readonly asks: boolean;
  readonly tellsTime: boolean;
  readonly tellsNumber: boolean;
  readonly substance: number;
  readonly #said: string;
  #trigrams: HashedText | undefined;

  constructor(content: string) {
    const line = stripLabels(content);
    const [prefix = '', before = '', speaker = null, after = ''] = spoken.exec(line) ?? [];
    const said = line.slice(prefix.length).trim();
    this.speaker = speaker;
    this.text = said === content ? toTextVector(said) : analyze(said);
    this.stems = {
      hashes: Int32Array.from(this.text.words, ({ stemHash }) => stemHash),
      times: Uint8Array.from(this.text.counts, (count) => Math.min(255, count)),
      length: this.text.length,
    };
    this.saidAt = findDate(`${before} ${after}`);
    this.named = findDate(said);
    this.asks = said.endsWith('?');
    this.tellsTime = timeWord.test(said);
    this.tellsNumber = numberWord.test(said);
    this.substance = Math.min(1, Math.log(1 + said.length) / Math.log(1 + fullLength));
    this.#said = said;
  }

  get trigrams(): HashedText {
    if (this.#trigrams === undefined) {
      const hashes = toLetterTrigrams(this.#said);
      this.#trigrams = { hashes, times: null, length: hashes.length };
    }
    return this.#trigrams;
  }
}
