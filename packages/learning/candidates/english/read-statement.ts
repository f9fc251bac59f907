import type { EnglishRequest } from './english-request.ts';
import { isQuestionWord } from './indirect-question.ts';
import { lowerFirst } from './inflect.ts';
import { shiftPerson } from './shift-person.ts';
import { joinWords, type TaggedWord, tagWords } from './tag-words.ts';

const trouble =
  /\b(?:lost|lose|stole|stolen|broken?|broke|declined|denied|rejected|fail(?:s|ed|ing)?|problem|trouble|wrong|missing|forgot|forgotten|cannot|not work(?:ing)?|does not|did not|damaged|fraud\w*|suspicious|late|error|dead|stuck|hurt|sick|leak\w*|thief|snapped|cracked|torn|bent|scratched|swallowed|compromised|expired|overcharged|crashed|hack\w*|blocked|locked|not)\b/iu;
const maxStatementWords = 16;

/** Null for what is no plain statement. */
export function readStatement(words: TaggedWord[], part: string): EnglishRequest | null {
  const [first] = words;
  if (first === undefined || words.length < 3 || words.length > maxStatementWords) return null;
  const subject = /^(?:i|you|he|she|it|we|they|my|your|our|the|this|that|there|someone|somebody|a|an)$/u.test(
    first.lower,
  );
  const verb = words.findIndex(({ pos, lower }) => pos === 'AUX' || (pos === 'VERB' && !/ing$/u.test(lower)));
  if (!subject || verb < 1 || words.some(isQuestionWord) || /[;:?]/u.test(part) || /\bplease\b/iu.test(part))
    return null;
  if (/^(?:it|this|that|which|is|am|are)$/u.test(words.at(-1)?.lower ?? '')) return null;
  const order = /^(.+?) (?:should|must|needs to|need to|has to|have to) be (\S+(?:ed|en|t)\b.*)$/iu.exec(
    lowerFirst(shiftPerson(words)),
  );
  if (order !== null)
    return { shape: 'task', task: 'other', act: `${order[1]} to be ${order[2]}`, after: 'it is done' };
  const clause = lowerFirst(shiftPerson(words));
  if (/^i (?:would |really |just )*(?:want|need|like|wish|prefer|rather)\b/iu.test(part)) return null;
  // It asks for something, which would be lost.
  if (/^(?:i|we|my|our)\b.* (?:and|so|but) (?:(?:i|we) )?(?:really )?(?:need|want|would like)\b/iu.test(part))
    return null;
  if (/^you (?:are|will be|have been|were) given\b/iu.test(part)) return null;
  if (/^you(?:r)?$/u.test(first.lower)) return { shape: 'complaint', clause };
  return { shape: trouble.test(joinWords(words)) ? 'problem' : 'report', clause };
}

/** What stands before "what do i do": "know what to do first, given that …"; null if it is no statement of the user's. */
export function readAskedWhatToDo(part: string): EnglishRequest | null {
  const words = tagWords(part.replace(/^(?:(?:so|hi|hello|hey|oh no|help|well|ok|okay)[ ,!]+)+/iu, ''));
  const [first] = words;
  if (first === undefined || words.length < 3 || words.length > maxStatementWords) return null;
  if (!/^(?:i|my|we|our|the|there|it|this|someone|somebody)$/u.test(first.lower)) return null;
  if (!words.some(({ pos }) => pos === 'AUX' || pos === 'VERB') || words.some(isQuestionWord)) return null;
  return /[.;:?!]/u.test(part) ? null : { shape: 'problem', clause: lowerFirst(shiftPerson(words)) };
}
