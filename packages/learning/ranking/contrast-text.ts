import { memoize } from '@learning-loop/async/memoize';
import { findMarks } from '../extraction/negation.ts';
import { findLanguage } from '../text/language.ts';
import { byteSize, type TextVector, toTextVector } from '../text/text-vector.ts';

/** A text, divided by what it speaks for and what it speaks against: "a cream", "without glycerin". */
export interface ContrastText {
  whole: TextVector;
  affirmed: TextVector;
  /** Null if nothing is negated. */
  negated: TextVector | null;
  /** Of the text's weight, in [0, 1]. */
  negatedShare: number;
}

const cacheBytes = 16e6;

export const toContrastText: (text: string) => ContrastText = memoize(
  divide,
  cacheBytes,
  ({ whole, negated }) => (negated === null ? 100 : 100 + 3 * byteSize(whole)),
);

function divide(text: string): ContrastText {
  const whole = toTextVector(text);
  const spans = mayNegate.test(text) ? findNegated(text) : [];
  if (spans.length === 0) return { whole, affirmed: whole, negated: null, negatedShare: 0 };
  const negated = toTextVector(spans.map(({ words }) => words).join(' '));
  const affirmed = toTextVector(spans.reduceRight(cutOut, text));
  const weight = weightOf(negated) + weightOf(affirmed);
  return { whole, affirmed, negated, negatedShare: weight === 0 ? 0 : weightOf(negated) / weight };
}

const weightOf = ({ words, total }: TextVector) => (words.length === 0 ? 0 : total);

/** A negator with the words that it reaches. */
interface Negation {
  start: number;
  end: number;
  words: string;
}

const cutOut = (text: string, { start, end }: Negation) => `${text.slice(0, start)} ${text.slice(end)}`;

/** Most texts negate nothing, which this shows in a fraction of the time. */
const mayNegate =
  /\b(?:no|non|not|never|without|sans|free|less|instead|rather|avoid\w*|except|excluding|minus|lack\w*|ohne|statt|kein\w*|nicht|frei|sin|senza|sem|não|zonder|geen|niet)\b|n['’]t\b|(?:frei|vrij|loos|los)\b/iu;

/** "silicone-free", "glutenfrei". */
const compound =
  /(?<![\p{L}\p{N}])([\p{L}\p{N}]{3,})(?:[- ]?(?:free|frei|vrij)|-less)(?![\p{L}\p{N}])(?! of| from| von| van)/giu;
const stops =
  'and|or|but|for|with|to|in|on|at|that|when|while|from|so|und|oder|aber|für|mit|et|ou|pour|avec|y|o|para|con|e|per|en|of|voor|met|com';
const word = String.raw`[\p{L}\p{N}][\p{L}\p{N}'’-]*`;

/** Up to four words, until a sign or a word that begins something else, and one more after a word that joins. */
const reachBy = (joins: string) =>
  new RegExp(
    String.raw`^[\s-]*((?:(?!(?:${stops})(?!\p{L}))${word}\s?){1,4}(?:(?:${joins})\s(?:any\s|the\s)?${word})?)`,
    'iu',
  );
const either = 'or|nor|oder|ou|o|of';
/** "Without milk and sugar" is against both, "avoid sugar and rest" is not. */
const reachOf = {
  phrase: reachBy(`${either}|and|und|et|y|e|en`),
  averse: reachBy(either),
  not: reachBy(either),
};

/** In the order of the text, without overlaps. */
function findNegated(text: string): Negation[] {
  const spans = [...text.matchAll(compound)].map(({ index, 0: whole, 1: words = '' }) => ({
    ...{ start: index, end: index + whole.length },
    words,
  }));
  for (const { kind, start, end } of findMarks(text, findLanguage(text) ?? 'en')) {
    if (kind !== 'phrase' && kind !== 'averse' && kind !== 'not') continue;
    const [whole = '', words = ''] = reachOf[kind].exec(text.slice(end)) ?? [];
    if (words !== '') spans.push({ start, end: end + whole.length, words });
  }
  return spans
    .sort((a, b) => a.start - b.start)
    .filter((span, i, sorted) => i === 0 || span.start >= (sorted[i - 1]?.end ?? 0));
}
