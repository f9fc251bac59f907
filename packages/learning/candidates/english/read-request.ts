import type { EnglishRequest } from './english-request.ts';
import { findParts } from './find-parts.ts';
import {
  isAuxiliary,
  isOneAnswer,
  isQuestionWord,
  isReading,
  type QuestionKind,
  toIndirectQuestion,
  withSubjectFirst,
} from './indirect-question.ts';
import { lowerFirst } from './inflect.ts';
import { isCommand, onlyByHand } from './is-command.ts';
import { openings } from './openings.ts';
import { readAskedWhatToDo, readStatement } from './read-statement.ts';
import { readDoing, readTask, readWish, toBase } from './read-task.ts';
import { isBareThing, isNounPhrase, toThing } from './read-thing.ts';
import { citesSpeech, shiftFirstPerson, shiftPerson } from './shift-person.ts';
import { findSmallTalk } from './small-talk.ts';
import { expandContractions, type TaggedWord, tagWords } from './tag-words.ts';
import { findTask, toShow } from './tasks.ts';

const aside = /\s\([^)]* [^)]*\)/gu;
const maxLength = 130;
const plain = /^[\p{Script=Latin}\p{N} '’+#./&,:;%$€£*?!@"()-]+$/u;

/** "my car is dead what do i do": what it is about stands before. */
const asksWhatToDo =
  /^(.{8,}?)[\s,;.!?-]+(?:(?:so|and|now) )?what (?:do|should|can|could|must|shall) (?:i|we) do(?: now| next| first| then| here| about (?:it|this|that))*[ ,?.!]*$/iu;
/** Grammar that is broken before anything is built of it. */
const hasDoubledWord =
  /(?:^|\s)(?!(?:very|really|so|bye|no|ha|go|more|that|had|knock|yes|please|far|long|new)\s)(\p{L}+)\s\1(?=\s|$)/iu;

/** Null for a text that it does not understand well enough to take apart. */
export function readEnglish(text: string): EnglishRequest | null {
  const full = expandContractions(text.replaceAll(aside, '')).trim();
  if (!plain.test(full) || citesSpeech(full) || hasDoubledWord.test(full)) return null;
  const talk = findSmallTalk(full);
  if (talk !== null) return { shape: 'small talk', kind: talk };
  const stuck = asksWhatToDo.exec(full);
  if (stuck !== null) return readAskedWhatToDo(stuck[1] ?? '');
  let told: EnglishRequest | null = null;
  const parts = findParts(full);
  for (const part of parts) {
    const request = part.length > maxLength ? null : readPart(part);
    if (request !== null && !/^(?:report|problem|complaint)$/u.test(request.shape)) return request;
    told ??= request;
  }
  // Where another sentence is not understood, it may be the one that asks.
  return parts.length > 1 ? null : told;
}

function readPart(part: string): EnglishRequest | null {
  const how = openings.how.exec(part) ?? openings.wayTo.exec(part);
  if (how !== null) return readHowTo(part.slice(how[0].length), how[0]);
  const know = openings.know.exec(part);
  if (know !== null) {
    const known = readKnown(part.slice(know[0].length), know[0]);
    if (known !== null) return known;
  }
  const view = openings.see.exec(part);
  if (view !== null) {
    const seen = readSeen(part.slice(view[0].length), view[1] ?? '');
    if (seen !== null) return seen;
  }
  const user = openings.user.exec(part);
  const wish = user === null ? null : readWish(part.slice(user[0].length), user[0]);
  if (wish !== null) return wish;
  const assistant = openings.assistant.exec(part);
  if (assistant !== null) return readTask(part.slice(assistant[0].length), 'assistant');
  return readPlain(part);
}

function readHowTo(rest: string, opening: string): EnglishRequest | null {
  const [begin = ''] = rest.split(' ');
  const base = /ing$/iu.test(begin) ? toBase(begin.toLowerCase()) : null;
  const line = (base === null ? rest : base + rest.slice(begin.length))
    .replace(/^know /iu, 'find out ')
    .replace(/, (?:i|it|my|we|you) .*$/iu, '');
  if (hasSecondQuestion(line) || /,? or (?:show|tell|give|send|who|can)\b/iu.test(line)) return null;
  const words = tagWords(line);
  const [first] = words;
  if (first === undefined) return null;
  if (/\b(?:is|are|was|am)$/iu.test(first.lower)) return null;
  if (/ you /iu.test(` ${opening}`) && /^(?:feel|like|know|think|work|do)$/u.test(first.lower)) {
    const clause = `how I ${shiftPerson(words)}`;
    return { shape: 'question', kind: 'about assistant', clause };
  }
  return { shape: 'how-to', do: lowerFirst(shiftFirstPerson(words)) };
}

/** What stands behind "tell me" or "do you know". */
function readKnown(rest: string, opening: string): EnglishRequest | null {
  const words = tagWords(rest);
  const [first] = words;
  if (first === undefined) return null;
  if (isQuestionWord(first) || /^(?:if|whether)$/u.test(first.lower)) {
    const question = toIndirectQuestion(words) ?? withSubjectFirst(words);
    return question === null ? null : { shape: 'question', ...question };
  }
  if (/^about$/u.test(first.lower)) return toAbout(words.slice(1));
  if (/^(?:to|that|is|are|it)$/u.test(first.lower) || first.pos === 'VERB') return null;
  const about =
    /^(?:a (?:little |bit )?(?:more )?|more |something |anything |everything |some )?(?:information |info |details )?(?:about|on) /iu.exec(
      rest,
    );
  if (about !== null) return toAbout(tagWords(rest.slice(about[0].length)));
  if (/remind me|find out|check|confirm|look up|explain|idea/iu.test(opening)) return null;
  return isNounPhrase(words)
    ? { shape: 'question', kind: findKindOfKnown(rest.toLowerCase()), clause: shiftPerson(words) }
    : null;
}

const findKindOfKnown = (rest: string): QuestionKind =>
  /\byour\b/u.test(rest) && !/\bmy\b/u.test(rest)
    ? 'about assistant'
    : /\bmy\b/u.test(rest)
      ? 'own fact'
      : isReading(rest)
        ? 'reading'
        : isOneAnswer(rest)
          ? 'plain'
          : 'fact';

/** "show me my bill" is "see your bill"; what stands behind may be a question, too. */
function readSeen(rest: string, verb: string): EnglishRequest | null {
  const words = tagWords(rest);
  const [first] = words;
  if (first === undefined) return null;
  if (isQuestionWord(first) || /^(?:information|info|details|something)$/u.test(first.lower))
    return readKnown(rest, '');
  if (!isNounPhrase(words)) return null;
  const own = /^(?:give|get|bring)$/iu.test(verb) ? 'get' : /^read|^play/iu.test(verb) ? 'hear' : 'see';
  const thing = shiftPerson(words);
  const line = words.map(({ lower }) => lower).join(' ');
  const found = own === 'get' ? findTask('get', line) : toShow(line);
  const task = found === 'other' && verb.toLowerCase() === 'give' ? toShow(line) : found;
  return { shape: 'task', task, act: `to ${own} ${thing}`, after: `you ${own} ${thing}` };
}

function toAbout(words: TaggedWord[]): EnglishRequest | null {
  return isNounPhrase(words) ? { shape: 'about', thing: shiftPerson(words) } : null;
}

/** Two questions have no clause that asks for both: they are quoted. */
const hasSecondQuestion = (line: string) =>
  /,? (?:and|or|but) (?:(?:what|how|which|when|where|why|who) (?:is|are|do|does|can|should|would|will|much|many|long|kind)|(?:is|are|do|does|can|should|will|would) (?:i|you|it|there|they|we))\b/iu.test(
    line,
  );
const whatToDo =
  /^(?:what|who) (?:do|should|can|could|must|would|shall) i (do|say|bring|call|ask|contact|pay|write)\b/iu;
const howManyIn =
  /^(how (?:many|much) (?!\S*(?:is|are|do|does)\b)\S+(?: (?!is\b|are\b|do\b|does\b|did\b|will\b|can\b|am\b|have\b|has\b)\S+)?) (in|on|at|of|for|per) (?!(?:.* )?(?:is|are|do|does|did|will|can|am|have|has|should|was|were) )/iu;

/** "which tools do you use", "what do you put in an omelette": "you" is anyone, except where it is what an assistant does. */
const asksAnyone =
  /^(?:what|which|how|when|where|why)\b(?! (?:time|old)\b).*? do you (?!(?:like|think|know|feel|want|love|hate|do|have|mean|say|prefer|believe|enjoy|live|come|work|call|look|sound|understand|speak|remember|see|hear|need|offer|go|sleep|eat|reside|keep|close|open|get|stay|exist|learn|plan|consider|identify|own|currently)\b)/iu;

function readPlain(line: string): EnglishRequest | null {
  if (hasSecondQuestion(line)) return null;
  const part = line.replace(howManyIn, '$1 are there $2 ');
  const toDo = whatToDo.exec(part);
  if (toDo !== null && part.length < maxLength) {
    const done = shiftPerson(tagWords(`${toDo[1]}${part.slice(toDo[0].length)}`));
    const clause = `${lowerFirst(part.split(' ')[0] ?? '')} to ${done}`;
    return { shape: 'question', kind: 'choice', clause };
  }
  const words = tagWords(part);
  const [first, second] = words;
  if (first === undefined) return null;
  if (first.lower === 'do' && /^(?:a|an|it|that|this|some)$/u.test(second?.lower ?? ''))
    return readTask(part, 'assistant');
  if (/^do you know\b/iu.test(part) || asksAnyone.test(part)) return null;
  if (isQuestionWord(first) || isAuxiliary(first)) {
    const question = isRelative(words) ? null : toIndirectQuestion(words);
    return question === null ? null : { shape: 'question', ...question };
  }
  if (
    second === undefined &&
    /^(?:repeat|continue|skip|pause|resume|undo|restart|mute|unmute|silence|shuffle|replay)$/u.test(
      first.lower,
    )
  )
    return readTask(part, 'assistant');
  if (/^any\b/u.test(first.lower)) return null;
  if (second !== undefined && isCommand(first, second) && !isSubjectOf(words))
    return readTask(part, onlyByHand.test(first.lower) ? 'user' : 'assistant');
  if (isBareThing(words) && action.test(first.lower)) return null;
  if (isBareThing(words)) return onList.test(part) ? null : toThing(words, 'thing');
  const doing = readDoing(words);
  if (doing !== null) return doing;
  const clause = part
    .replace(/, (?:you know|right)$/iu, '')
    .replace(/^(.+), (i (?:guess|think|believe))$/iu, '$2 $1');
  return /, \p{L}+ /u.test(clause) ? null : readStatement(tagWords(clause), clause);
}

/** "Shutdown after an hour" is to be done: nobody asks for facts about it. */
const action =
  /^(?:shut-?down|log-?(?:in|out|on|off)|sign-?(?:in|up)|back-?up|set-?up|start-?up|reboot|restart|re-?install|installation|install|upgrade|download|upload|removal|deletion|cancellation|check-?in|payment|transfer|reset)$/u;

/** "milk on my list": its verb is missing. */
const onList =
  /\b(?:on|to|onto|from|off) (?:the|my|our) (?:\S+ )?(?:list|calendar|schedule|playlist|agenda)$/iu;

/** "cut cucumbers can stay": what looks like a verb belongs to the subject. */
const isSubjectOf = ([, second, third]: readonly TaggedWord[]) =>
  second?.pos === 'NOUN' &&
  third !== undefined &&
  /^(?:can|could|will|would|should|may|might|must|is|are|was|were|has|have)$/u.test(third.lower);

/** "what you said is wrong" is no question. */
const isRelative = ([first, second]: readonly TaggedWord[]) =>
  first !== undefined && isQuestionWord(first) && /^(?:i|you|he|she|it|we|they)$/u.test(second?.lower ?? '');
