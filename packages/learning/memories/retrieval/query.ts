import { estimateEnglish } from '../../text/english.ts';
import { toLetterTrigrams } from '../../text/letter-trigrams.ts';
import { type TextVector, toTextVector } from '../../text/text-vector.ts';
import { type QueryTerms, toQueryTerms } from './bm25.ts';
import { findDate, type NamedDate } from './dates.ts';

export interface Query {
  /** Without the people that it names. */
  text: TextVector;
  stems: QueryTerms;
  trigrams: QueryTerms;
  /** Speakers that it names. */
  named: ReadonlySet<string>;
  /** How far its words can be looked up in English word vectors, in [0, 1]. */
  english: number;
  date: NamedDate | null;
  asksWhen: boolean;
  asksHowMany: boolean;
}

const whenWord =
  /\b(?:when|what (?:date|day|month|year|time)|which (?:date|day|month|year)|how (?:long|often)|wann|wie lange|quand|wanneer|cuando|quando|ne zaman)\b|\bcuándo/iu;
const howManyWord =
  /\b(?:how (?:many|much|often|old|long)|wie ?viele?|wie (?:oft|alt|lange)|combien|cuant[oa]s?|quant[ioae]s?|hoeveel)\b|\bcuánt[oa]s?|kaç/iu;

/** `speakers` are those of the memories. */
export function parseQuery(query: string, speakers: Iterable<string>): Query {
  const named = new Set([...speakers].filter((speaker) => isNamed(speaker, query)));
  const nameless = [...named].reduce<string>((rest, name) => rest.replace(namePattern(name), ' '), query);
  const text = toTextVector(nameless);
  return {
    text,
    stems: toQueryTerms(Int32Array.from(text.words, ({ stemHash }) => stemHash)),
    trigrams: toQueryTerms(toLetterTrigrams(nameless)),
    named,
    english: estimateEnglish(nameless),
    date: findDate(query),
    asksWhen: whenWord.test(query),
    asksHowMany: howManyWord.test(query),
  };
}

const isNamed = (name: string, query: string) => namePattern(name).test(query);

/** As a whole word; with what makes it a genitive. */
const namePattern = (name: string) =>
  new RegExp(String.raw`(?<![\p{L}\p{N}])${escapeDots(name)}(?:['’]s)?(?![\p{L}\p{N}])`, 'gu');

/** Speakers are letters, dots, apostrophes, hyphens and spaces. */
const escapeDots = (name: string) => name.replaceAll('.', String.raw`\.`);
