import type { EnglishRequest } from './english-request.ts';
import { isAuxiliary, isQuestionWord } from './indirect-question.ts';
import { lowerFirst } from './inflect.ts';
import { isNounPhrase, toThing } from './read-thing.ts';
import { shiftFirstPerson, shiftPerson, shiftTask } from './shift-person.ts';
import { type TaggedWord, tagWords } from './tag-words.ts';
import { findTask, isTaskVerb } from './tasks.ts';

/** Two tasks in one have no question that fits both. */
function findTaskOf(verb: string, more: readonly TaggedWord[]): string {
  const task = findTask(verb, more.map(({ lower }) => lower).join(' '));
  const second = more.some(
    ({ lower, pos }, i) => lower === 'and' && pos === 'CCONJ' && isTaskVerb(more[i + 1]?.lower ?? ''),
  );
  return second && /^(?:cancel|signal|change|chance|add|call|book)$/u.test(task) ? 'other' : task;
}

/** "set alarm for six", "add reminder". */
const lacksArticle =
  /^(set|create|make|start|book|schedule|add|need) (?=(alarm|timer|reminder|appointment|meeting|reservation|event) (?:for|to|at|on|in|about|with)\b)/iu;

/** What follows does not belong to the task itself. */
const afterthought =
  /,\s(?:i|it|my|we|you|he|she|they)\s.*$|[ ,]+(?:because|since|if you (?:would|could|can|please)|for (?:my|a) \w+ because)\b.*$/iu;

/** "see rome will i need a visa": a second sentence begins without any sign. */
const hasQuestionInside = (words: readonly TaggedWord[]) =>
  words.some(
    (word, at) => at > 1 && isAuxiliary(word) && /^(?:i|you|we|there)$/u.test(words[at + 1]?.lower ?? ''),
  );

/** What follows changes the task, and cannot be left out. */
const meansMore =
  /[ ,]+(?:but|and i (?:need|want)|and (?:what|how|when|where|why|who|which) (?:is|are|do|does|can|should|will|would|much|many|long)|or (?:what|how|should|do|can|is|are))\b|,\s(?:i (?:want|need|would|prefer|like)|it (?:should|must|has|needs)|you (?:should|must|can|need))\b/iu;

export function readTask(rest: string, who: 'assistant' | 'user'): EnglishRequest | null {
  if (meansMore.test(rest)) return null;
  const words = tagWords(
    rest
      .replace(/^(?:please|kindly|also|just) /iu, '')
      .replace(afterthought, '')
      .replace(lacksArticle, (verb, _, noun) => `${verb}${/^[aeiou]/iu.test(noun) ? 'an' : 'a'} `),
  );
  const [first, ...more] = words;
  if (first === undefined || isQuestionWord(first)) return null;
  if (isAuxiliary(first) && !(/^(?:do|have)$/u.test(first.lower) && more.length > 0)) return null;
  if (/^(?:not|never|no)$/u.test(first.lower)) return null;
  if (hasQuestionInside(words)) return null;
  const line = lowerFirst(shiftTask(words));
  const you = who === 'assistant';
  const found = findTaskOf(first.lower, more);
  // An assistant makes no journey.
  const task = you && found === 'go' ? 'other' : found;
  return {
    shape: 'task',
    task,
    act: you ? `me to ${line}` : `to ${line}`,
    after: you ? `I ${line.replace(/^be\b/u, 'am')}` : `you ${line.replace(/^be\b/u, 'are')}`,
  };
}

/** "I want to go", "I need a visa", "I need you". */
export function readWish(rest: string, opening: string): EnglishRequest | null {
  const words = tagWords(rest);
  const [first, second] = words;
  if (first === undefined) return null;
  if (/ing$/u.test(first.lower) && first.pos === 'VERB' && words.length > 1) {
    const base = toBase(first.lower);
    return base === null
      ? { shape: 'need', thing: shiftPerson(words) }
      : readTask(base + rest.slice(first.text.length), 'user');
  }
  const infinitive =
    / (?:to|must|please|how about|let's|let me|let us) $/iu.test(` ${opening}`) &&
    !/(?:with|on|in) to $/iu.test(opening);
  if (infinitive && !/^(?:the|a|an|my|our|that|it|this|not|you|\S+ing)$/u.test(first.lower))
    return readTask(rest, 'user');
  if (/^(?:do|be|have)$/u.test(first.lower) && second !== undefined) return readTask(rest, 'user');
  const last = words.at(-1);
  const done = last?.pos === 'VERB' && /(?:ed|en)$/u.test(last.lower);
  if (done && /^(?:my|the|this|that|it|our|a|an|some)$/u.test(first.lower)) {
    return { shape: 'task', task: 'other', act: shiftPerson(words), after: 'it is done' };
  }
  if (/^(?:not|you|it|that|this)$/u.test(first.lower)) return null;
  const verb =
    first.pos === 'VERB' || (second !== undefined && /^(?:a|an|the|my|your|some)$/u.test(second.lower));
  if (verb && !/^(?:a|an|the|my|your|some)$/u.test(first.lower) && !/(?:ed|ing)$/u.test(first.lower))
    return readTask(rest, 'user');
  return isNounPhrase(words) &&
    !words.some(({ pos, lower }) => pos === 'AUX' || lower === 'to' || lower === 'you')
    ? toThing(words, 'need')
    : null;
}

/** "Upgrading to 15.04" asks how to upgrade to it. */
export function readDoing(words: TaggedWord[]): EnglishRequest | null {
  const at = words[0]?.pos === 'ADV' ? 1 : 0;
  const verb = words[at];
  if (
    verb === undefined ||
    words.length < 3 ||
    !/^[a-z]{2,}ing$/u.test(verb.lower) ||
    words.some(isAuxiliary)
  )
    return null;
  const base = toBase(verb.lower);
  if (base === null || words.some(({ text }) => /[,:?]$/u.test(text))) return null;
  return { shape: 'how-to', do: lowerFirst(shiftFirstPerson(words.with(at, { ...verb, text: base }))) };
}

/** "writing" is "write"; null if the verb is not known. */
export function toBase(doing: string): string | null {
  const stem = doing.slice(0, -3);
  return [stem, `${stem}e`, stem.slice(0, -1)].find(isTaskVerb) ?? null;
}
