import { findIntent } from '../candidates/catalogue.ts';
import { findTechnologies, type Mention } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';

const liked =
  /\b(?:do you|i|we|i'd|i would)(?: really| usually| also| always)? (?:prefer|like|love|enjoy|favou?r)\s+(?!to\b)([^?.!;]+)/giu;
const favourite = /\b(?:my|our|your) favou?rite [\w -]{1,30}? (?:is|are)\s+([^?.!;]+)/giu;

const remainder = /\s+(?:over|to|rather than|instead of|than|because|when|but|so|since|for|if)\s.*$|,.*$/iu;
const vague =
  /^(?:it|this|that|them|these|those|one|the (?:first|second|third|last|other|same)\b.*|something|anything|.*\bor\b.*|.*\bmore$)$/iu;
const maxPreferenceWords = 8;

function statedPreferences(text: string): string[] {
  const asksWhich = /^\s*(?:which|what|who|where|when|how|why)\b/iu.test(text);
  if (asksWhich) return [];
  return [...text.slice(0, 2000).matchAll(liked), ...text.slice(0, 2000).matchAll(favourite)]
    .map(([, text = '']) => text.replace(remainder, '').trim())
    .filter((text) => text !== '' && !vague.test(text) && text.split(/\s+/u).length <= maxPreferenceWords);
}

const usageCue = /\b(?:using|use|uses|with|in|on|via)\s+(?:an?\s+|the\s+)?(?:[\w.#+-]+(?:,| and| &)\s+)*$/iu;
const rejectionCue =
  /\b(?:from|replace|replacing|instead of|without|not|no|rather than|than|over|compare|versus|vs|remove|leave|avoid)\s+(?:an?\s+|the\s+|my\s+|your\s+)?$/iu;

interface MentionedTool {
  text: string;
  mention: Mention;
}

/** A question between two tools states a preference for neither. */
function mentionedTools(text: string): MentionedTool[] {
  if (/\bor\b/iu.test(text) && text.trim().endsWith('?') && findTechnologies(text).length > 1) return [];
  const mentions = findTechnologies(text).filter(({ start }) => !rejectionCue.test(text.slice(0, start)));
  const distinct = [...new Map(mentions.map((mention) => [mention.name, mention])).values()];
  return distinct.map((mention) => ({ text: toToolPhrase(text, mention), mention }));
}

const listBefore = /\b(?:with|using)\s+(?:[^?.!;]*(?:,|\band)\s+)?$/iu;

/** In a list, includes the noun that the tool describes: "FastAPI and Docker deployment". */
function toToolPhrase(text: string, { name, start, end }: Mention): string {
  const noun =
    /^ (?:deployment|authentication|integration|hosting|storage|caching|testing|containers?)(?=$|[?.!,;]| and\b)/iu.exec(
      text.slice(end),
    );
  return noun !== null && listBefore.test(text.slice(0, start)) ? `${name}${noun[0]}` : name;
}

/** Tools in the user's own words count only after a word such as "with" or "using". */
function ownTools(inputText: string): MentionedTool[] {
  return mentionedTools(inputText).filter(({ mention }) => usageCue.test(inputText.slice(0, mention.start)));
}

const opening =
  /^\s*(?:(?:do|did|would) you (?:want|need|wish|plan|like|prefer|intend)(?: me)? to|are you (?:trying|planning|going|hoping|looking|about) to|(?:should|shall|can|could|may) (?:i|we) (?:help you (?:to )?)?|(?:i|we)(?: would|'d)? (?:want|need|like|wish|plan|intend|have) to|(?:i'm|i am|we're|we are) (?:trying|planning|going|hoping) to|let's|let us|please)\s*/iu;
const maxGoalLength = 200;

/** The selected question without its opening; null when it states no intent. */
export function extractGoal(question: string, _inputText: string): { content: string } | null {
  const line = question.replaceAll(/\s+/gu, ' ').trim();
  const goal = line.replace(opening, '');
  if (goal === line && !isCommand(line)) return null;
  const content = goal
    .replace(/[?.!\s]+$/u, '')
    .slice(0, maxGoalLength)
    .trim();
  return content === '' || /^(?:know|see|hear)$/iu.test(content) ? null : { content };
}

function isCommand(line: string): boolean {
  const [first, second] = tokenize(line.slice(0, 100));
  if (first === undefined || second === undefined || /^make sure/iu.test(line)) return false;
  return first.lower === first.lemma && findIntent(first.lower) !== null && second.pos !== 'VERB';
}

export interface Preference {
  content: string;
  /** The exclusive slot in which a newer preference supersedes this one; null when none does. */
  slot: string | null;
}

/** Conservative: no preference is better than a wrong one. Tools mentioned together form one, with a joined slot. */
export function extractPreferences(question: string, inputText: string): Preference[] {
  const inQuestion = mentionedTools(question);
  const names = new Set(inQuestion.map(({ mention }) => mention.name));
  const tools = [...inQuestion, ...ownTools(inputText).filter(({ mention }) => !names.has(mention.name))];
  const stated = [...statedPreferences(question), ...statedPreferences(inputText)];
  return [...(tools.length === 0 ? [] : [toToolPreference(tools)]), ...stated.map(toStatedPreference)].filter(
    isFirst,
  );
}

function toToolPreference(tools: MentionedTool[]): Preference {
  const slots = tools.map(({ mention }) => mention.slot);
  const slot = slots.every((one) => one !== null) ? [...new Set(slots)].sort().join('+') : null;
  return { content: `Prefers: ${tools.map(({ text }) => text).join(', ')}`, slot };
}

function toStatedPreference(text: string): Preference {
  const [only, ...more] = findTechnologies(`with ${text}`);
  return { content: `Prefers: ${text}`, slot: only !== undefined && more.length === 0 ? only.slot : null };
}

/** Drops a stated preference for a tool that was mentioned already. */
function isFirst({ content }: Preference, index: number, all: Preference[]): boolean {
  return !all
    .slice(0, index)
    .some((earlier) => earlier.content.toLowerCase().includes(content.slice(9).toLowerCase()));
}
