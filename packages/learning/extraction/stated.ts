import { findLanguage } from '../text/language.ts';
import { findAttitudes } from './attitudes.ts';
import { findStatements } from './statements.ts';
import { type Thing, toThings } from './things.ts';
import { isAboutOthers } from './tools.ts';

/** The things that the author of a text says they like or dislike; `text` holds only their own words. */
export function findStatedThings(text: string): Thing[] {
  const language = findLanguage(text);
  if (language === null) return [];
  const own = text
    .split(/(?<=[.!?])\s+|\n+/u)
    .filter((sentence) => !isAboutOthers(sentence))
    .join('\n');
  const attitudes = language === 'en' ? findAttitudes(own) : findStatements(own, language);
  return attitudes.flatMap(toThings);
}

const asked =
  /^\s*(?:do|would) you (?:(?:really|usually|also|always|still|actually) )*(?=(?:prefer|like|love|enjoy|favou?r|dislike|hate|avoid)\b(?! to\b(?! avoid)))/iu;
const denialAsked = /^\s*(?:don't|do|would) you (?:not |prefer not to |rather not )/iu;

/** What a user confirms by selecting "Do you prefer …?"; a question between two confirms neither. */
export function findConfirmedThings(question: string): Thing[] {
  if (findLanguage(question) !== 'en' || !asked.test(question) || /\bor\b/iu.test(question)) return [];
  if (denialAsked.test(question)) return [];
  const conditional = /^\s*would/iu.test(question);
  const things = findAttitudes(question.replace(asked, 'I ').replace(/\?/gu, '.')).flatMap(toThings);
  return conditional ? things.filter(() => /^\s*would you prefer\b/iu.test(question)) : things;
}
