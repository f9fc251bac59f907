import { findTechnologies } from '../text/technologies.ts';
import { tokenize, type Word } from '../text/tokenize.ts';
import { findIntent, findTopic, type Intent, type Topic } from './catalogue.ts';

const problem =
  /\b(?:bugs?|errors?|issues?|problems?|leaks?|crash(?:es)?|exceptions?|failures?|timeouts?|warnings?|defects?|typos?|conflicts?|deadlocks?|regressions?|vulnerabilit(?:y|ies))$/iu;
const tooSlow = /^(?:(?:the|my|our|your|a|an)\s+)?(?:slow|sluggish|laggy|inefficient)\s/iu;
const broken = /^(?:(?:the|my|our|your|a|an)\s+)?(?:broken|failing|flaky|buggy|crashing|faulty|stuck)\s/iu;

/** Whether a phrase names what is wrong, and not what it is wrong with. */
export function isProblem(phrase: string): boolean {
  return problem.test(phrase);
}

/** What someone wants to do about a thing of which they only say what is wrong with it: nobody builds a slow query. */
function intentForProblem(object: string): Intent | null {
  if (tooSlow.test(object)) return findIntent('optimise');
  return broken.test(object) || isProblem(object) ? findIntent('fix') : null;
}

/** A text as it may stand inside a question: one line, without control and steering characters. */
function sanitize(text: string): string {
  return text
    .slice(0, 4000)
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\s]+/gu, ' ')
    .replaceAll(/["“”„«»`<>{}[\]|\\]+/gu, ' ')
    .replaceAll(/ {2,}/gu, ' ')
    .replace(/^[\s,;:.!?-]+/u, '')
    .replace(/[\s,;:.!?-]+$/u, '')
    .trim();
}

const longestEcho = 70;

/** The text in quotation marks, cut at a word to at most 70 characters. */
export function quoted(text: string): string {
  const line = sanitize(text);
  return line === '' ? 'your request' : `“${capped(line)}”`;
}

function capped(line: string): string {
  const signs = [...line];
  if (signs.length <= longestEcho) return line;
  const cut = signs.slice(0, longestEcho).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > longestEcho / 2 ? cut.slice(0, space) : cut}…`;
}

/** Whether a text reads as a short English phrase that may stand unquoted. */
function isPlain(text: string): boolean {
  return (
    /^[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N} '’+#./&-]*$/u.test(text) && text.split(' ').length <= 9
  );
}

/** What a short text says. */
export interface ParsedRequest {
  /** What to do, of what the catalogue knows. */
  intent: Intent | null;
  /** What it is about, as a noun phrase; null when none can be made out. */
  object: string | null;
  thing: Topic | null;
  /** What to do, in the text's own words, where the catalogue does not know the verb. */
  doing: string | null;
}

const lead =
  /^(?:(?:hi|hello|hey|please|can|could|would|will|you|help|me|us|i|we|i'm|i'd|want|wants|need|needs|would|like|love|to|have|should|how|do|does|can|the best way|let's|let|trying|going|am|are|with)\s+)+/iu;
const phraseEnd =
  /[.!?;:]\s|\s(?:because|so that|but|and then|when|while|if|since|which|please|tonight|today|tomorrow)(?:\s|$)|,\s/iu;
const longestObject = 9;
const longestPhrase = 70;
const longestCommand = 7;
const nothing: ParsedRequest = { intent: null, object: null, thing: null, doing: null };

/** Reads a text; of one that cannot be read nothing is understood. */
export function parseRequest(text: string): ParsedRequest {
  const rest = sanitize(text).replace(lead, '').slice(0, 400);
  const read = tokenize(rest);
  const at = read.findIndex((word, i) => isIntent(word, i, read));
  const verb = read[at];
  if (verb !== undefined) return intended(after(rest, verb, at, read), intentAt(at, read));
  if (isCommand(read))
    return { ...nothing, doing: phraseOf(rest.replace(/^\p{Lu}/u, (first) => first.toLowerCase())) };
  const object = read.every(({ pos }) => nominal.has(pos)) ? phraseOf(rest) : null;
  if (object === null) return nothing;
  return { ...nothing, intent: intentForProblem(object), object, thing: findTopic(mainPhrase(object)) };
}

/** A few words that start with a verb in its plain form: "bake sourdough bread". */
function isCommand(read: readonly Word[]): boolean {
  const [first, second] = read;
  if (first === undefined || second === undefined || read.length > longestCommand) return false;
  // "scrape a website": what stands before an article is no noun, though it may be tagged as one.
  const isVerb = first.pos === 'VERB' || (first.pos === 'NOUN' && /^(?:an?|the|my|our)$/u.test(second.lower));
  return isVerb && first.lower === first.lemma;
}

const nominal = new Set(['NOUN', 'PROPN', 'ADJ', 'NUM', 'DET', 'ADP']);
const pronoun = /^(?:it|this|that|them|these|those|me|us|you|something|anything|everything)$/iu;

function intended(rest: string, intent: Intent | null): ParsedRequest {
  const object = phraseOf(rest);
  if (object === null || pronoun.test(object)) return nothing;
  return { ...nothing, intent, object, thing: findTopic(mainPhrase(object)) };
}

/** A verb of the catalogue: where one can stand, or first of all, however it was tagged. */
function isIntent(word: Word, index: number, all: readonly Word[]): boolean {
  if (intentAt(index, all) === null) return false;
  if (index === 0) return all.length > 1;
  const previous = all[index - 1]?.lower ?? '';
  return word.pos === 'VERB' && /^(?:to|and|please|you|me|i|we|should|can|help|could)$/u.test(previous);
}

/** The intent that the word names, or the word with the next one ("set up"). */
function intentAt(index: number, all: readonly Word[]): Intent | null {
  const [word, next] = [all[index], all[index + 1]];
  if (word === undefined) return null;
  const known =
    findIntent(`${word.lemma} ${next?.lower}`) ?? findIntent(word.lower) ?? findIntent(word.lemma);
  if (known !== null || !word.lower.endsWith('ing')) return known;
  const stem = word.lower.slice(0, -3);
  return findIntent(stem) ?? findIntent(`${stem}e`) ?? findIntent(stem.slice(0, -1));
}

/** What follows the verb. */
function after(text: string, verb: Word, index: number, all: readonly Word[]): string {
  let from = 0;
  for (const word of all.slice(0, index)) from = text.indexOf(word.written, from) + word.written.length;
  const start = text.indexOf(verb.written, from) + verb.written.length;
  return text
    .slice(start)
    .replace(/^\s+(?:up|out|down)(?=\s)/iu, '')
    .trim();
}

function phraseOf(text: string): string | null {
  const phrase = (text.split(phraseEnd)[0] ?? '')
    .replace(/^(?:me|us|about|on|in|to|for|how|with|up)\s+/iu, '')
    .trim();
  const words = phrase.split(' ').length;
  if (!isPlain(phrase) || words > longestObject || phrase.length > longestPhrase) return null;
  return named(phrase.replace(/\bmy\b/giu, 'your').replace(/^our\b/iu, 'your'));
}

/** Technologies by their usual names. */
function named(phrase: string): string {
  return findTechnologies(phrase).reduceRight(
    (text, { name, start, end }) => text.slice(0, start) + name + text.slice(end),
    phrase,
  );
}

/** The phrase up to what it is with, for, or made by: "REST API" of "a REST API with FastAPI". */
export function mainPhrase(phrase: string): string {
  return (
    phrase.split(/\s(?:with|using|for|in|on|to|from|of|by|that|via|as|at|through|behind|and)\s/iu)[0] ??
    phrase
  )
    .replace(/^(?:an?|the|my|our|your|this|that|some|new|simple|small|basic)\s+/giu, '')
    .trim();
}
