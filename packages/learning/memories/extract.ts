import { intentOf } from '../candidates/catalogue.ts';
import { tastesIn } from '../tastes.ts';
import { technologiesIn } from '../text/technologies.ts';
import { termsOf } from '../text/terms.ts';
import { words } from '../text/tokenize.ts';
import { type Used, usedBy, usedIn } from '../used-technologies.ts';

const opening =
  /^\s*(?:(?:do|did|would) you (?:want|need|wish|plan|like|prefer|intend)(?: me)? to|are you (?:trying|planning|going|hoping|looking|about) to|(?:should|shall|can|could|may) (?:i|we) (?:help you (?:to )?)?|(?:i|we)(?: would|'d)? (?:want|need|like|wish|plan|intend|have) to|(?:i'm|i am|we're|we are) (?:trying|planning|going|hoping) to|let's|let us|please)\s*/iu;
const longest = 200;

/** The goal that a selected question names, without its opening; null when it names no intent. */
export function extractGoal(question: string, _inputText: string): { content: string } | null {
  const line = question.replaceAll(/\s+/gu, ' ').trim();
  const rest = line.replace(opening, '');
  if (rest === line && !isCommand(line)) return null;
  const content = rest
    .replace(/[?.!\s]+$/u, '')
    .slice(0, longest)
    .trim();
  return content === '' || /^(?:know|see|hear)$/iu.test(content) ? null : { content };
}

/** Whether a sentence begins with a verb that the catalogue knows: "Build a REST API". */
function isCommand(line: string): boolean {
  const [first, second] = words(line.slice(0, 100));
  if (first === undefined || second === undefined || /^make sure/iu.test(line)) return false;
  return first.lower === first.lemma && intentOf(first.lower) !== null && second.pos !== 'VERB';
}

/** What a preference is: its content, and the slot in which a newer one takes its place; null when none does. */
export interface Preference {
  content: string;
  slot: string | null;
}

/**
 * What the selected question, together with the user's own text, says is liked or used. Conservative: no preference
 * is better than a wrong one. What is used together makes one preference; its slot names all of theirs.
 */
export function extractPreferences(question: string, inputText: string): Preference[] {
  const used = usedIn(question);
  const said = usedBy(inputText);
  const known = new Set(used.map(({ mention }) => mention.name));
  const all = [...used, ...said.filter(({ mention }) => !known.has(mention.name))];
  const tools = all.length === 0 ? [] : [preferenceOf(all)];
  return [...tools, ...[...tastesIn(question), ...tastesIn(inputText)].map(tasteOf)].filter(isFirst);
}

function preferenceOf(used: Used[]): Preference {
  const slots = used.map(({ mention }) => mention.slot);
  const slot = slots.every((one) => one !== null) ? [...new Set(slots)].sort().join('+') : null;
  return { content: `Prefers: ${used.map(({ text }) => text).join(', ')}`, slot };
}

function tasteOf(taste: string): Preference {
  const [only, ...more] = technologiesIn(`with ${taste}`);
  return { content: `Prefers: ${taste}`, slot: only !== undefined && more.length === 0 ? only.slot : null };
}

/** A taste that is a technology was found as one already. */
function isFirst({ content }: Preference, index: number, all: Preference[]): boolean {
  return !all
    .slice(0, index)
    .some((earlier) => earlier.content.toLowerCase().includes(content.slice(9).toLowerCase()));
}

/** Verbs that say the same of a goal. */
const sameVerbs = new Map(
  Object.entries({
    build: 'creat make develop implement code program',
    fix: 'repair resolve solv correct patch',
    analys: 'analyz',
    optimis: 'optim',
  }).flatMap(([verb, others]) => others.split(' ').map((other) => [other, verb] as const)),
);

const label = /^\s*(?:prefers|likes|goal|wants to)\s*:?\s*/iu;
/** Where two technologies stand on the two sides of one of these, their order is the meaning. */
const directed = /\b(?:to|into|over|than|instead of)\b/iu;

/**
 * A key under which contents of the same meaning meet: the stems of their telling words, technologies by their usual
 * names, in the order of the alphabet.
 */
export function memoryKey(content: string): string {
  const said = content.replace(label, '');
  const technologies = technologiesIn(said);
  const named = technologies.reduceRight(
    (text, { name, start, end }) => text.slice(0, start) + name + text.slice(end),
    said,
  );
  const stems = [...new Set(termsOf(named).map(({ stem }) => sameVerbs.get(stem) ?? stem))];
  const keepsOrder = technologies.length > 1 && directed.test(said);
  const ordered = keepsOrder ? stems : stems.sort();
  return ordered.length > 0 ? ordered.join(' ') : said.trim().toLowerCase();
}
