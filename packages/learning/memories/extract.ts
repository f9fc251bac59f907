import { findIntent } from '../candidates/catalogue.ts';
import { cutOpinions, keepOwnWords } from '../extraction/own-words.ts';
import type { Polarity } from '../extraction/polarity.ts';
import { findConfirmedThings, findStatedThings } from '../extraction/stated.ts';
import type { Thing } from '../extraction/things.ts';
import {
  findTools,
  isAboutOthers,
  type MentionedTool,
  offersAlternatives,
  spellOutCompounds,
} from '../extraction/tools.ts';
import { findTechnologies } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';
import { cutOpening } from './goal-openings.ts';
import { resolvePronouns } from './goal-pronouns.ts';
import { preferenceContent } from './memory.ts';
import { findSlot } from './preference.ts';

const maxGoalLength = 200;
const empty =
  /^(?:know|see|hear|learn|help|more|information|info|details|help with|(?:know |learn |hear |see )?(?:some )?more(?: information| info| details)?|(?:something|anything|someone|somewhere|one|which|what|that)(?: else)?(?: in particular| specific)?)$/iu;
/** It asks which one; yes is no answer to it. */
const asksWhich =
  /^(?:for |to |in |about )?(?:an?|any|some|one|the)?\s*(?:specific|particular|certain|special)\b/iu;

/** The selected question without its opening; null when it states no intent, or one that only its context explains. */
export function extractGoal(question: string, inputText: string): { content: string } | null {
  const line = question.replaceAll(/\s+/gu, ' ').trim();
  const goal = cutOpening(line) ?? (isCommand(line) ? line : null);
  if (goal === null) return null;
  const content = resolvePronouns(goal.replace(/[?.!？。\s]+$/u, ''), inputText)
    ?.slice(0, maxGoalLength)
    .trim();
  const states = content !== undefined && content !== '' && !empty.test(content) && !asksWhich.test(content);
  return states ? { content } : null;
}

function isCommand(line: string): boolean {
  const [first, second] = tokenize(line.slice(0, 100));
  if (first === undefined || second === undefined || /^make sure/iu.test(line)) return false;
  return first.lower === first.lemma && findIntent(first.lower) !== null && second.pos !== 'VERB';
}

export interface Preference {
  /** "Prefers: …" or "Avoids: …". */
  content: string;
  polarity: Polarity;
  /** The exclusive slot in which a newer liking supersedes this one; null when none does. */
  slot: string | null;
}

/**
 * What a selection tells of lasting likes and dislikes, each thing on its own. Conservative: no preference is better
 * than a wrong one. `question` was selected, `inputText` the user wrote.
 */
export function extractPreferences(question: string, inputText: string): Preference[] {
  const asked = cutOpinions(question);
  const written = keepOwnWords(inputText);
  const confirmed = offersAlternatives(asked) ? [] : findTools(asked);
  const tools = [...confirmed, ...findOwnTools(written)];
  const stated = [
    ...findConfirmedThings(asked).filter((thing) => agrees(thing, asked)),
    ...findStatedThings(written).filter((thing) => agrees(thing, written)),
  ];
  return [...tools.map(toToolPreference), ...stated.map(toStatedPreference)].filter(isFirst);
}

/** A tool that the user writes of counts as liked only after a word such as "with" or "using". */
function findOwnTools(text: string): MentionedTool[] {
  const sentences = text.split(/(?<=[.!?])\s+|\n+/u).filter((sentence) => !isAboutOthers(sentence));
  return sentences
    .filter((sentence) => !offersAlternatives(sentence))
    .flatMap((sentence) =>
      findTools(sentence).filter(({ polarity, isUsed }) => polarity === 'dislike' || isUsed),
    );
}

/** A statement about a technology counts only if the clause reads the same by its negators. */
function agrees({ text, polarity }: Thing, source: string): boolean {
  const names = findTechnologies(`with ${spellOutCompounds(text)}`).map(({ name }) => name);
  if (names.length === 0) return true;
  const read = new Map(findTools(source).map((tool) => [tool.mention.name, tool.polarity]));
  return names.every((name) => read.get(name) === polarity);
}

function toToolPreference({ text, mention, polarity }: MentionedTool): Preference {
  return {
    content: preferenceContent(polarity, text),
    polarity,
    slot: polarity === 'like' ? mention.slot : null,
  };
}

function toStatedPreference({ text, polarity, rival }: Thing): Preference {
  const content = preferenceContent(polarity, text);
  return { content, polarity, slot: polarity === 'like' ? findSlot(text, rival) : null };
}

/** Drops what was said already of the same thing, such as a stated liking of a tool that was mentioned. */
function isFirst({ content, polarity }: Preference, index: number, all: Preference[]): boolean {
  const thing = content.slice(content.indexOf(':') + 2).toLowerCase();
  return !all
    .slice(0, index)
    .some(
      (earlier) =>
        toThing(earlier) === thing || (earlier.polarity === polarity && sharesTool(toThing(earlier), thing)),
    );
}

const toThing = ({ content }: Preference) => content.slice(content.indexOf(':') + 2).toLowerCase();

function sharesTool(one: string, other: string): boolean {
  const names = new Set(findTechnologies(`with ${one}`).map(({ name }) => name));
  return findTechnologies(`with ${other}`).some(({ name }) => names.has(name));
}
