import { findIntent } from '../candidates/catalogue.ts';
import { findTechnologies, type Mention } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';

const liked =
  /\b(?:do you|i|we|i'd|i would)(?: really| usually| also| always)? (?:prefer|like|love|enjoy|favou?r)\s+(?!to\b)([^?.!;]+)/giu;
const favourite = /\b(?:my|our|your) favou?rite [\w -]{1,30}? (?:is|are)\s+([^?.!;]+)/giu;

/** What is preferred ends where the rest is named that it is preferred to. */
const rest = /\s+(?:over|to|rather than|instead of|than|because|when|but|so|since|for|if)\s.*$|,.*$/iu;
const vague =
  /^(?:it|this|that|them|these|those|one|the (?:first|second|third|last|other|same)\b.*|something|anything|.*\bor\b.*|.*\bmore$)$/iu;
const maxPreferenceLength = 8;

/** What a text says that somebody likes, in its words; a question between two things says of neither. */
function statedPreferences(text: string): string[] {
  const asksWhich = /^\s*(?:which|what|who|where|when|how|why)\b/iu.test(text);
  if (asksWhich) return [];
  return [...text.slice(0, 2000).matchAll(liked), ...text.slice(0, 2000).matchAll(favourite)]
    .map(([, taste = '']) => taste.replace(rest, '').trim())
    .filter(
      (taste) => taste !== '' && !vague.test(taste) && taste.split(/\s+/u).length <= maxPreferenceLength,
    );
}

/** What stands, in the user's own words, before a thing that they use. */
const cue = /\b(?:using|use|uses|with|in|on|via)\s+(?:an?\s+|the\s+)?(?:[\w.#+-]+(?:,| and| &)\s+)*$/iu;
const dropped =
  /\b(?:from|replace|replacing|instead of|without|not|no|rather than|than|over|compare|versus|vs|remove|leave|avoid)\s+(?:an?\s+|the\s+|my\s+|your\s+)?$/iu;

/** A technology that a text says is used, and what it calls it. */
interface MentionedTool {
  text: string;
  mention: Mention;
}

/** What a question says is used; a question between two says of neither. */
function mentionedTools(text: string): MentionedTool[] {
  if (/\bor\b/iu.test(text) && text.trim().endsWith('?') && findTechnologies(text).length > 1) return [];
  const mentions = findTechnologies(text).filter(({ start }) => !dropped.test(text.slice(0, start)));
  const distinct = [...new Map(mentions.map((mention) => [mention.name, mention])).values()];
  return distinct.map((mention) => ({ text: phraseOf(text, mention), mention }));
}

const listBefore = /\b(?:with|using)\s+(?:[^?.!;]*(?:,|\band)\s+)?$/iu;

/** The technology by name, in a list together with the noun that it describes: "FastAPI and Docker deployment". */
function phraseOf(text: string, { name, start, end }: Mention): string {
  const noun =
    /^ (?:deployment|authentication|integration|hosting|storage|caching|testing|containers?)(?=$|[?.!,;]| and\b)/iu.exec(
      text.slice(end),
    );
  return noun !== null && listBefore.test(text.slice(0, start)) ? `${name}${noun[0]}` : name;
}

/** What the user's own words say is used: only what stands where such things stand. */
function ownTools(inputText: string): MentionedTool[] {
  return mentionedTools(inputText).filter(({ mention }) => cue.test(inputText.slice(0, mention.start)));
}

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
  const [first, second] = tokenize(line.slice(0, 100));
  if (first === undefined || second === undefined || /^make sure/iu.test(line)) return false;
  return first.lower === first.lemma && findIntent(first.lower) !== null && second.pos !== 'VERB';
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
  const used = mentionedTools(question);
  const said = ownTools(inputText);
  const known = new Set(used.map(({ mention }) => mention.name));
  const all = [...used, ...said.filter(({ mention }) => !known.has(mention.name))];
  const tools = all.length === 0 ? [] : [preferenceOf(all)];
  return [...tools, ...[...statedPreferences(question), ...statedPreferences(inputText)].map(tasteOf)].filter(
    isFirst,
  );
}

function preferenceOf(used: MentionedTool[]): Preference {
  const slots = used.map(({ mention }) => mention.slot);
  const slot = slots.every((one) => one !== null) ? [...new Set(slots)].sort().join('+') : null;
  return { content: `Prefers: ${used.map(({ text }) => text).join(', ')}`, slot };
}

function tasteOf(taste: string): Preference {
  const [only, ...more] = findTechnologies(`with ${taste}`);
  return { content: `Prefers: ${taste}`, slot: only !== undefined && more.length === 0 ? only.slot : null };
}

/** A taste that is a technology was found as one already. */
function isFirst({ content }: Preference, index: number, all: Preference[]): boolean {
  return !all
    .slice(0, index)
    .some((earlier) => earlier.content.toLowerCase().includes(content.slice(9).toLowerCase()));
}
