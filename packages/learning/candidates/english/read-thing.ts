import { addArticle } from '../noun-phrase.ts';
import type { EnglishRequest } from './english-request.ts';
import { isAuxiliary, isQuestionWord } from './indirect-question.ts';
import { shiftPerson } from './shift-person.ts';
import { joinWords, type TaggedWord } from './tag-words.ts';
import { findTask } from './tasks.ts';

const nominal = /^(?:NOUN|PROPN|ADJ|NUM|DET|PRON|ADP|CCONJ|PART)$/u;
const maxThingWords = 16;

export function isNounPhrase(words: readonly TaggedWord[]): boolean {
  if (words.length === 0 || words.length > maxThingWords || words.some(isQuestionWord)) return false;
  const last = words.at(-1);
  if (last === undefined || /^(?:ADP|DET|CCONJ|PART)$/u.test(last.pos)) return false;
  return (
    words.some(({ pos }) => /^(?:NOUN|PROPN|NUM)$/u.test(pos)) &&
    words[0]?.pos !== 'VERB' &&
    !words.some(isAuxiliary)
  );
}

export const isBareThing = (words: readonly TaggedWord[]) =>
  isNounPhrase(words) && words.every(({ pos }) => nominal.test(pos));

/** What is needed, and is only to be told. */
const lookedUp =
  /^(?:the|your) (?:\S+ ){0,3}?(?:rate|rates|number|date|time|times|address|balance|name|price|prices|cost|status|weather|forecast|score|directions|recipe|definition|meaning|translation|answer|results?|amount|limit|news)\b/u;

/** "timer" of "a 20 minute timer for eggs". */
function findHead(words: readonly TaggedWord[]): string {
  const end = words.findIndex(({ pos }, at) => at > 0 && /^(?:ADP|PART|SCONJ)$/u.test(pos));
  return words[(end < 0 ? words.length : end) - 1]?.lower ?? '';
}

/** "an alarm", "a table for two": a thing that tells by itself what is to be done. */
export function toThing(words: readonly TaggedWord[], shape: 'thing' | 'need'): EnglishRequest {
  const thing = shape === 'thing' ? joinWords(words) : shiftPerson(words);
  const task = findTask('get', findHead(words));
  if (shape === 'need' && lookedUp.test(thing))
    return { shape: 'question', kind: /^your\b/u.test(thing) ? 'own fact' : 'fact', clause: thing };
  if (!/^(?:signal|book|chance)$/u.test(task)) return { shape, thing };
  return {
    shape: 'task',
    task,
    act: addArticleToNumber(addArticle(shiftPerson(words))),
    after: 'it is done',
  };
}

/** "a 10 minute timer", but "10 tickets" and "10 tickets to the zoo". */
const addArticleToNumber = (thing: string) =>
  /^\d+ \S*[^s\s](?:$| .*[^s]$)/u.test(thing)
    ? `${/^(?:8|11|18)/u.test(thing) ? 'an' : 'a'} ${thing}`
    : thing;
