import { findTechnologies } from '../text/technologies.ts';
import { tokenize, type Word } from '../text/tokenize.ts';
import { findIntent, findTopic, type Intent, type Topic } from './catalogue.ts';
import { sanitize } from './quote.ts';

const problem =
  /\b(?:bugs?|errors?|issues?|problems?|leaks?|crash(?:es)?|exceptions?|failures?|timeouts?|warnings?|defects?|typos?|conflicts?|deadlocks?|regressions?|vulnerabilit(?:y|ies))$/iu;
const tooSlow = /^(?:(?:the|my|our|your|a|an)\s+)?(?:slow|sluggish|laggy|inefficient)\s/iu;
const broken = /^(?:(?:the|my|our|your|a|an)\s+)?(?:broken|failing|flaky|buggy|crashing|faulty|stuck)\s/iu;

export function isProblem(phrase: string): boolean {
  return problem.test(phrase);
}

/** The intent for an object without a verb: nobody builds a slow query. */
function intentForProblem(object: string): Intent | null {
  if (tooSlow.test(object)) return findIntent('optimise');
  return broken.test(object) || isProblem(object) ? findIntent('fix') : null;
}

function isPlain(text: string): boolean {
  return (
    /^[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N} '’+#./&-]*$/u.test(text) && text.split(' ').length <= 9
  );
}

export interface ParsedRequest {
  intent: Intent | null;
  object: string | null;
  topic: Topic | null;
}

const leadIn =
  /^(?:(?:hi|hello|hey|please|can|could|would|will|you|help|me|us|i|we|i'm|i'd|want|wants|need|needs|would|like|love|to|have|should|how|do|does|can|the best way|let's|let|trying|going|am|are|with)\s+)+/iu;
const phraseEnd =
  /[.!?;:]\s|\s(?:because|so that|but|and then|when|while|if|since|which|please|tonight|today|tomorrow)(?:\s|$)|,\s/iu;
const maxObjectWords = 9;
const maxPhraseLength = 70;
const unparsed: ParsedRequest = { intent: null, object: null, topic: null };

/** All fields are null for a text that it cannot parse. */
export function parseRequest(text: string): ParsedRequest {
  const rest = removeLeadIn(text);
  const words = tokenize(rest);
  const at = words.findIndex((word, i) => isIntent(word, i, words));
  const verb = words[at];
  if (verb !== undefined) return parseObject(textAfter(rest, verb, at, words), findIntentAt(at, words));
  if (isCommand(words)) return unparsed;
  const object = words.every(({ pos }) => nominal.has(pos)) ? toPhrase(rest) : null;
  if (object === null) return unparsed;
  return { ...unparsed, intent: intentForProblem(object), object, topic: findTopic(toMainPhrase(object)) };
}

/** Whether a text tells the assistant to do something, rather than names a thing. */
export const isCommandText = (text: string): boolean => isCommand(tokenize(removeLeadIn(text)));

const removeLeadIn = (text: string) => sanitize(text).replace(leadIn, '').slice(0, 400);

/** "scrape a website": no noun stands before an article, whatever the tagger says. */
function isCommand([first, second]: readonly Word[]): boolean {
  if (first === undefined || second === undefined || first.lower !== first.lemma) return false;
  return first.pos === 'VERB' || (first.pos === 'NOUN' && /^(?:an?|the|my|our)$/u.test(second.lower));
}

const nominal = new Set(['NOUN', 'PROPN', 'ADJ', 'NUM', 'DET', 'ADP']);
const pronoun = /^(?:it|this|that|them|these|those|me|us|you|something|anything|everything)$/iu;

function parseObject(rest: string, intent: Intent | null): ParsedRequest {
  const object = toPhrase(rest);
  if (object === null || pronoun.test(object)) return unparsed;
  return { ...unparsed, intent, object, topic: findTopic(toMainPhrase(object)) };
}

/** A catalogue verb counts where a verb can stand; at the start it counts whatever the tagger says. */
function isIntent(word: Word, index: number, all: readonly Word[]): boolean {
  if (findIntentAt(index, all) === null) return false;
  if (index === 0) return all.length > 1;
  const previous = all[index - 1]?.lower ?? '';
  return word.pos === 'VERB' && /^(?:to|and|please|you|me|i|we|should|can|help|could)$/u.test(previous);
}

function findIntentAt(index: number, all: readonly Word[]): Intent | null {
  const [word, next] = [all[index], all[index + 1]];
  if (word === undefined) return null;
  const intent =
    findIntent(`${word.lemma} ${next?.lower}`) ?? findIntent(word.lower) ?? findIntent(word.lemma);
  if (intent !== null || !word.lower.endsWith('ing')) return intent;
  const stem = word.lower.slice(0, -3);
  return findIntent(stem) ?? findIntent(`${stem}e`) ?? findIntent(stem.slice(0, -1));
}

function textAfter(text: string, verb: Word, index: number, all: readonly Word[]): string {
  let from = 0;
  for (const word of all.slice(0, index)) from = text.indexOf(word.written, from) + word.written.length;
  const start = text.indexOf(verb.written, from) + verb.written.length;
  return text
    .slice(start)
    .replace(/^\s+(?:up|out|down)(?=\s)/iu, '')
    .trim();
}

function toPhrase(text: string): string | null {
  const phrase = (text.split(phraseEnd)[0] ?? '')
    .replace(/^(?:me|us|about|on|in|to|for|how|with|up)\s+/iu, '')
    .trim();
  const words = phrase.split(' ').length;
  if (!isPlain(phrase) || words > maxObjectWords || phrase.length > maxPhraseLength) return null;
  return useCanonicalNames(phrase.replace(/\bmy\b/giu, 'your').replace(/^our\b/iu, 'your'));
}

function useCanonicalNames(phrase: string): string {
  return findTechnologies(phrase).reduceRight(
    (text, { name, start, end }) => text.slice(0, start) + name + text.slice(end),
    phrase,
  );
}

/** The phrase without determiner and prepositional part: "REST API" for "a REST API with FastAPI". */
export function toMainPhrase(phrase: string): string {
  return (
    phrase.split(/\s(?:with|using|for|in|on|to|from|of|by|that|via|as|at|through|behind|and)\s/iu)[0] ??
    phrase
  )
    .replace(/^(?:an?|the|my|our|your|this|that|some|new|simple|small|basic)\s+/giu, '')
    .trim();
}
