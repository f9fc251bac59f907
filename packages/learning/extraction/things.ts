import { findTechnologies } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';
import { type Attitude, transparentVerb } from './attitudes.ts';
import type { Polarity } from './polarity.ts';

export interface Thing {
  polarity: Polarity;
  text: string;
  /** What it was said to be better than; null without a comparison. */
  rival: string | null;
}

const maxWords = 14;
const vague =
  /^(?:it|its|this|that|them|these|those|ones?$|him|her|you|your|my|our|his|their|us|me|here|there|(?:some|any|all|both|either|each|most|many|more)$|something|anything|everything|nothing|someone|how|what|when|where|why|who|the (?:way|fact|first|second|third|last|other|same|idea|one)s?)(?:\s|$|['’])/iu;
/** Said of one occasion: "I like the blue one", "I love that movie". */
const occasion =
  /^the\s|\bmore$|\b(?:yesterday|today|tonight|tomorrow|this (?:morning|evening|week)|right now|so far)\b/iu;
const idle =
  /^to (?:say|ask|bother|admit|see|hear|know|be|have|break|think|tell|disappoint|interrupt|complain|thank|get|make sure|ensure|inform|let|find|book|order|order|cancel|change|check|add|set|pay|send|talk|speak|schedule|make|start|stop|go|visit|meet|learn|help|try)\b/iu;
const aspect =
  /^(?:the\s+)?(?:taste|smell|scent|sound|texture|feel(?:ing)?|looks?|ideas?|concept|thought|notion|use|practice|presence|flavou?rs?) of\s+/iu;
const looseStart =
  /^(?:to\s+|for\s+|of\s+|on\s+|at\s+|in\s+|(?:any|all|most|many|certain|some|such|other|only|mainly|mostly|just|both|either|an?)\s+(?:kinds?|sorts?|types?|forms?) of\s+|any\s+(?:and all\s+)?|all\s+|most\s+|an?\s+)/iu;
const contrast = /,?\s+(?:rather than|instead of|as opposed to|and not|but not|, not)\s+/iu;
const comparison = /\s+(?:over|than|above|to)\s+(?=\S)/iu;

/** The things that an attitude is about, each on its own; none if it is about nothing lasting. */
export function toThings({ object, polarity, comparative }: Attitude): Thing[] {
  const [chosen = '', rejected] = object.split(contrast);
  const [better = '', worse] = comparative ? splitComparison(chosen) : [chosen];
  const rival = worse === undefined ? null : (cleanThing(worse) ?? null);
  const things = splitList(better).map((text): Thing => ({ polarity, text, rival }));
  const others =
    rejected === undefined || polarity === 'dislike' ? [] : splitList(rejected.replace(comparison, ' '));
  return [...things, ...others.map((text): Thing => ({ polarity: 'dislike', text, rival: null }))];
}

/** "Tea to coffee"; but "going to museums" has no comparison. */
function splitComparison(object: string): string[] {
  const match = comparison.exec(object);
  if (match === null) return [object];
  const isDirection =
    match[0].trim() === 'to' && /^(?:to\s+)?\p{L}+(?:ing)?\b/iu.test(object) && !isComparedTo(object, match);
  return isDirection ? [object] : [object.slice(0, match.index), object.slice(match.index + match[0].length)];
}

function isComparedTo(object: string, match: RegExpExecArray): boolean {
  const [before, behind] = [object.slice(0, match.index), object.slice(match.index + match[0].length)];
  if (/^to\s/iu.test(before)) return false;
  const gerund = /^\p{L}+ing\b/iu;
  if (gerund.test(before)) return gerund.test(behind);
  return tokenize(behind)[0]?.pos !== 'VERB' || findTechnologies(`with ${behind}`).length > 0;
}

function cleanThing(phrase: string): string | null {
  let text = phrase
    .trim()
    .replace(
      /^(?:not to|to not|avoid(?:ing)?|never to|not|staying away from|steering clear of|to avoid)\s+/iu,
      '',
    );
  if (idle.test(text) || vague.test(text)) return null;
  text = text.replace(aspect, '').replace(transparentVerb, '').replace(looseStart, '').replace(aspect, '');
  text = text
    .replace(transparentVerb, '')
    .replace(/^(?:any|all|most|an?)\s+/iu, '')
    .replace(/[\s,.!?;:)]+$/u, '')
    .trim();
  text = cutToTechnology(text);
  const unusable =
    text === '' || vague.test(text) || occasion.test(text) || /\bor not\b|\bwould\b/iu.test(text);
  return unusable || text.split(/\s+/u).length > maxWords ? null : text;
}

/** "Docker in production" is about Docker; "Docker images" are something else. */
function cutToTechnology(text: string): string {
  const [only, ...more] = findTechnologies(`with ${text}`);
  if (only === undefined || more.length > 0 || only.start !== 'with '.length) return text;
  const end = only.end - 'with '.length;
  const next = tokenize(text.slice(end))[0]?.pos;
  return next === 'NOUN' || next === 'PROPN' ? text : text.slice(0, end);
}

/** "Bars and clubs" are two; "detective or crime shows" stay one, as the last noun belongs to both. */
function splitList(phrase: string): string[] {
  const whole = cleanThing(phrase);
  if (whole === null) return [];
  const parts = whole
    .split(/\s*,\s*(?:and|or|nor)\s+|\s+(?:and\/or|and|or|nor|&)\s+|\s*,\s+/iu)
    .filter((part) => part !== '');
  if (parts.length < 2 || !parts.every((part, i) => isWhole(part, parts[i + 1]))) return [whole];
  return parts.map(cleanThing).filter((part) => part !== null);
}

/** A noun phrase that the words of its neighbour do not describe: else the list has one meaning, and stays one. */
function isWhole(part: string, next: string | undefined): boolean {
  if (findTechnologies(`with ${part}`).length > 0) return true;
  const words = tokenize(part);
  const [first, last] = [words[0], words.at(-1)];
  if (first === undefined || last === undefined || !(last.pos === 'NOUN' || last.pos === 'PROPN'))
    return false;
  if (words.some(({ pos }) => pos === 'ADP' || pos === 'VERB' || pos === 'PRON' || pos === 'SCONJ'))
    return false;
  if (next === undefined) return true;
  const shorter = words.length < next.split(/\s+/u).length;
  const described = first.pos === 'ADJ' && !next.includes(' ');
  return !described && !(shorter && last.lower === last.lemma);
}
