import { lowerFirst, toPast, toThirdPerson } from './inflect.ts';
import { shiftPerson } from './shift-person.ts';
import type { TaggedWord } from './tag-words.ts';
import { isTaskVerb } from './tasks.ts';

export type QuestionKind =
  | 'about assistant'
  | 'choice'
  | 'fact'
  | 'figure'
  | 'manner'
  | 'meaning'
  | 'offer'
  | 'own fact'
  | 'own figure'
  | 'permission'
  | 'person'
  | 'place'
  | 'reading'
  | 'reason'
  | 'sum'
  | 'time'
  | 'time passed'
  | 'plain'
  | 'yes or no';

/** What follows "Do you want to know": "what your balance is", or only "your balance". */
export interface IndirectQuestion {
  kind: QuestionKind;
  clause: string;
}

const auxiliary =
  /^(?:am|is|are|was|were|do|does|did|can|cannot|could|will|would|shall|should|may|might|must|has|have|had)$/u;
const be = /^(?:am|is|are|was|were)$/u;
const wh = /^(?:what|which|who|whom|whose|when|where|why|how)$/u;
const pronoun =
  /^(?:i|you|he|she|it|we|they|there|this|that|these|those|everyone|someone|anyone|something)$/u;
const maxWords = 18;

export const isAuxiliary = ({ lower }: TaggedWord) => auxiliary.test(lower);
export const isQuestionWord = ({ lower }: TaggedWord) => wh.test(lower);

/** Null if it is no question, or one whose subject is not found for sure. */
export function toIndirectQuestion(words: readonly TaggedWord[]): IndirectQuestion | null {
  const [first] = words;
  if (first === undefined || words.length < 2 || words.length > maxWords) return null;
  const at = isQuestionWord(first) ? words.findIndex((word, i) => i > 0 && isAuxiliary(word)) : 0;
  if (isHowMuchOfNothing(words)) return null;
  if (at < 0) return withSubjectFirst(words);
  const [asked, verb, rest] = [words.slice(0, at), words[at], words.slice(at + 1)];
  if (verb === undefined || !isAuxiliary(verb)) return null;
  if (asked.slice(1).some(({ lower, pos }) => pos === 'VERB' || lower === 'to' || pronoun.test(lower)))
    return withSubjectFirst(words);
  const kind = findKind(asked, verb.lower, rest);
  const clause = moveVerb(asked, verb, rest);
  return clause === null ? null : { kind, clause };
}

/** "how percentage am i earning": a word is missing, and the clause would be no English. */
const isHowMuchOfNothing = ([first, second, third]: readonly TaggedWord[]) =>
  first?.lower === 'how' && second?.pos === 'NOUN' && third !== undefined && isAuxiliary(third);

/** "tell me if it rains", "which song is playing": the order is that of an indirect question already. */
export function withSubjectFirst(words: readonly TaggedWord[]): IndirectQuestion | null {
  const [first, second] = words;
  if (first === undefined || second === undefined || words.length > maxWords) return null;
  if (/^(?:if|whether)$/u.test(first.lower)) {
    if (!words.slice(1).some(({ pos }) => pos === 'VERB' || pos === 'AUX')) return null;
    return { kind: 'yes or no', clause: `whether ${shiftPerson(words.slice(1))}` };
  }
  if (!isQuestionWord(first) || !words.some(({ pos }) => pos === 'VERB' || pos === 'AUX')) return null;
  return { kind: findKind(words.slice(0, 2), '', words.slice(1)), clause: lowerFirst(shiftPerson(words)) };
}

/** "who is you boss": what looks like a subject is another word. */
const isMistyped = (asked: TaggedWord[], subject: TaggedWord[], predicate: TaggedWord[]) =>
  asked.length > 0 &&
  subject.length === 1 &&
  /^(?:you|i)$/u.test(subject[0]?.lower ?? '') &&
  /^(?:NOUN|PROPN)$/u.test(predicate[0]?.pos ?? '');

function moveVerb(asked: TaggedWord[], verb: TaggedWord, rest: TaggedWord[]): string | null {
  const [question] = asked;
  const negative = rest[0]?.lower === 'not';
  const body = negative ? rest.slice(1) : rest;
  if (body.length === 0) return null;
  const opening = question === undefined ? 'whether' : lowerFirst(shiftPerson(asked));
  if (question !== undefined && isSubject(asked, verb, body)) {
    return lowerFirst(shiftPerson([...asked, verb, ...rest]));
  }
  const likeness = body.some(({ lower }) => /^(?:like|going|supposed)$/u.test(lower));
  const definite =
    !likeness && asked.length === 1 && question?.lower === 'what' && be.test(verb.lower) && !negative;
  if (definite && /^(?:the|my|your|our)$|['’]s$/u.test(body[0]?.lower ?? '')) return shiftPerson(body);
  // "what is a fun fact about cats" asks for one; "what is a flange" asks what it is.
  if (definite && /^(?:an?|some)$/u.test(body[0]?.lower ?? '') && body.some(({ pos }) => pos === 'ADP')) {
    return shiftPerson(body);
  }
  const end = findSubjectEnd(asked, verb, body);
  if (end === null) return null;
  const [subject, predicate] = [body.slice(0, end), body.slice(end)];
  if (predicate[0]?.lower === verb.lower || isMistyped(asked, subject, predicate)) return null;
  const statement = toStatement(subject, verb, negative, predicate);
  return statement === null ? null : `${opening} ${shiftPerson(statement)}`;
}

/** "which song is playing", "what shots are recommended": nobody else is the subject. */
function isSubject(asked: TaggedWord[], verb: TaggedWord, body: TaggedWord[]): boolean {
  const [first, second] = body;
  if (first === undefined || /^(?:do|does|did)$/u.test(verb.lower)) return false;
  if (asked[0]?.lower === 'how' && !/^(?:many|much)$/u.test(asked[1]?.lower ?? '')) return false;
  const nominal = /^(?:NOUN|PROPN|DET|PRON|NUM|X|SYM)$/u;
  if (nominal.test(first.pos) || pronoun.test(first.lower)) return false;
  if (first.pos === 'ADJ' && second !== undefined && /^(?:NOUN|PROPN|ADJ)$/u.test(second.pos)) return false;
  if (/^(?:when|where|why|how)$/u.test(asked[0]?.lower ?? '') && asked.length === 1) return false;
  return /^(?:VERB|ADJ|ADV|AUX|ADP)$/u.test(first.pos);
}

function toStatement(
  subject: TaggedWord[],
  verb: TaggedWord,
  negative: boolean,
  predicate: TaggedWord[],
): TaggedWord[] | null {
  const not = negative ? [{ text: 'not', lower: 'not', pos: 'PART' }] : [];
  const full = verb.lower === 'do' || verb.lower === 'does' || verb.lower === 'did';
  const at = predicate.findIndex(({ pos }) => pos === 'VERB' || pos === 'AUX');
  const main = predicate[Math.max(at, 0)];
  if (full && (main === undefined || (at < 0 && !isTaskVerb(main.lower)))) return null;
  if (!full || negative || main === undefined)
    return [...subject, { ...verb, text: verb.lower }, ...not, ...predicate];
  if (verb.lower === 'do') return [...subject, ...predicate];
  if (/(?:ed|ing|s)$/u.test(main.lower) && !/(?:ss|need|bring|ring|sing|feed|speed)$/u.test(main.lower))
    return null;
  const inflected = verb.lower === 'did' ? toPast(main.lower) : toThirdPerson(main.lower);
  return [...subject, ...predicate.with(Math.max(at, 0), { ...main, text: inflected, lower: inflected })];
}

/** How many words the subject has; null if that cannot be told. */
function findSubjectEnd(asked: TaggedWord[], verb: TaggedWord, body: TaggedWord[]): number | null {
  const [first, second] = body;
  if (first === undefined) return null;
  const question = asked[0]?.lower;
  const alone = second === undefined || !/^(?:NOUN|PROPN|ADJ|NUM)$/u.test(second.pos);
  if (pronoun.test(first.lower) && (alone || /^(?:i|you|he|she|it|we|they|there)$/u.test(first.lower)))
    return 1;
  const like = body.findIndex(({ lower }) => lower === 'like');
  if (question === 'what' && be.test(verb.lower) && like > 0)
    return /^look(?:ing)?$/u.test(body[like - 1]?.lower ?? '') ? null : like;
  if (question === 'what' && first.pos === 'NUM' && be.test(verb.lower)) return body.length;
  if (asked.length > 0 && be.test(verb.lower) && body.length > 1 && body.at(-1)?.pos === 'ADP')
    return findStrandedEnd(body);
  const base = findPhraseEnd(body, be.test(verb.lower));
  if (base === null) return null;
  if (/^(?:do|does|did)$/u.test(verb.lower)) return findVerb(body, base) ?? findUntaggedVerb(body, base);
  if (!be.test(verb.lower)) return findVerb(body, base);
  if (base === body.length) return asked.length === 0 ? splitBare(body) : base;
  const relative = body.findIndex(
    ({ lower }, i) => i >= base && /^(?:that|which|who|i|you|we)$/u.test(lower),
  );
  if (relative >= 0) return asked.length === 0 ? null : body.length;
  const predicate = body.findIndex((word, i) => i >= base && (word.pos === 'VERB' || word.pos === 'ADJ'));
  if (question === 'how') return base;
  if (asked.length > 0 && question !== undefined)
    return predicate < 0 ? body.length : endBefore(body, predicate);
  return predicate < 0 ? base : endBefore(body, predicate);
}

/** "in my tires low": what stands before the adjective belongs to the subject, adverbs do not. */
function endBefore(body: TaggedWord[], predicate: number): number | null {
  let end = predicate;
  while (end > 1 && /^(?:ADV|PART)$/u.test(body[end - 1]?.pos ?? '')) end -= 1;
  const last = body[end - 1];
  if (/^(?:my|your|our|his|her|their|its)$/u.test(last?.lower ?? '')) return null;
  return /^(?:ADP|DET|CCONJ|SCONJ)$/u.test(last?.pos ?? '') ? null : end;
}

/** "is X Y" without any other word: the last noun might be the predicate, or not. */
function splitBare(body: TaggedWord[]): number | null {
  return body.length === 1 ? 1 : null;
}

/** What stands behind one is no verb, whatever the tagger says: "my discover card". */
const determiner = /^(?:my|your|our|his|her|their|its|the|a|an|this|that|these|those)$/u;

/** The end of article, adjectives and nouns, with "of" and "and" between such; null if there is no noun. */
function findPhraseEnd(body: TaggedWord[], needsNoun: boolean): number | null {
  let at = 0;
  let noun = false;
  for (; at < body.length; at += 1) {
    const { pos, lower } = body[at] as TaggedWord;
    if (/^(?:NOUN|PROPN|NUM|X|SYM)$/u.test(pos)) noun = true;
    else if (pos === 'VERB' && determiner.test(body[at - 1]?.lower ?? '')) noun = true;
    else if (noun && /^(?:of|and)$/u.test(lower)) noun = false;
    else if (noun && (pos === 'DET' || pos === 'PRON') && !/['’]s$/u.test(lower)) break;
    else if (!/^(?:DET|ADJ|PRON|PART)$/u.test(pos) && !/['’]s$/u.test(lower)) break;
    else if (noun && pos === 'ADJ') break;
  }
  return noun || (!needsNoun && at > 0) ? at : null;
}

/** "oslo in", "the heating set at": the preposition at the end belongs to the verb, and so does a participle before it. */
function findStrandedEnd(body: TaggedWord[]): number {
  const before = body.at(-2);
  const participle =
    before !== undefined &&
    body.length > 2 &&
    (before.pos === 'VERB' || /^(?:set|put|sent|held|made)$/u.test(before.lower));
  return participle ? body.length - 2 : body.length - 1;
}

/** The first verb behind the subject and all that belongs to it. */
function findVerb(body: TaggedWord[], base: number): number | null {
  const at = body.findIndex((word, i) => i >= base && /^(?:VERB|AUX)$/u.test(word.pos));
  if (at < 0) return null;
  const end = endBefore(body, at);
  return end === null || body.slice(base, end).some(({ pos }) => pos === 'SCONJ') ? null : end;
}

/** "what plug does spain use", "does it open": the tagger takes the verb for another word. */
function findUntaggedVerb(body: TaggedWord[], base: number): number | null {
  if (isTaskVerb(body[base]?.lower ?? '')) return base;
  return base === body.length && base > 1 && isTaskVerb(body.at(-1)?.lower ?? '') ? base - 1 : null;
}

const told = /^(?:\S+ ){1,4}(?:was|were|did|had|\w+ed)\b/u;

function findKind(asked: readonly TaggedWord[], verb: string, rest: readonly TaggedWord[]): QuestionKind {
  const opening = asked.map(({ lower }) => lower).join(' ');
  const line = rest.map(({ lower }) => lower).join(' ');
  if (opening === '' && /^you (?:want|need|like|prefer) me to\b/u.test(line)) return 'offer';
  if (isAboutAssistant(verb, line)) return 'about assistant';
  if (
    /\d/u.test(line) &&
    /\b(?:square root|percent|divided|times|plus|minus|multiplied|sum|x)\b|[%*+/]/u.test(line)
  )
    return 'sum';
  if (/\b(?:spell|spelled|spelling|pronounce|pronounced|pronunciation|synonyms?|antonyms?)\b/u.test(line))
    return 'plain';
  if (
    /\b(?:mean|means|meaning of (?:the )?(?:word|term|phrase|name|acronym|abbreviation|expression)|definition)\b/u.test(
      line,
    )
  )
    return 'meaning';
  if (/^why/u.test(opening)) return 'reason';
  if (/^where|^(?:what|which) (?:place|street|address)/u.test(opening)) return 'place';
  if (/^who/u.test(opening)) return 'person';
  if (/^what (?:time|day|date|month|year|weekday|day of the week)$/u.test(opening) && isNow.test(line))
    return 'reading';
  if (/^(?:when\b|(?:what|which) (?:time|day|date|month|year)\b)/u.test(opening))
    return /^(?:was|were|did|had)$/u.test(verb) ||
      (verb === '' && told.test(line.replace(/ (?:if|when|since) .*$/u, '')))
      ? 'time passed'
      : 'time';
  if (/^how (?:much|many|long|far|often|old|big|tall|high|heavy|fast|hot|cold)/u.test(opening))
    return /\b(?:i|my|our|we)\b/u.test(line) ? 'own figure' : 'figure';
  if (/^how/u.test(opening)) return 'manner';
  if (/^(?:what|which)/u.test(opening)) return findChoice(opening, verb, line);
  return /^(?:can|could|should|shall|may|must|would|might)$/u.test(verb) ||
    /\b(?:need|required|allowed|worth|possible)\b/u.test(line)
    ? 'permission'
    : 'yes or no';
}

/** What is read from a clock, a calendar or a calculator has neither background nor source. */
const isNow =
  /^(?:(?:time|day|date|month|year|weekday) )?(?:is )?(?:it|today|tomorrow|this)(?: is)?(?: (?:in|now|right now|today|currently|at)\b.*)?$/u;
const reading =
  /^(?:(?:the |today's |current |local |exact |right |\S{2,4} (?=time))*(?:time|date|day)\b|it\b)|\b(?:from now|days? from|half of|quarters? of|thirds? of|\d+(?:st|nd|rd|th)? (?:percent|of|divided|plus|minus|times))\b/u;
export const isReading = (line: string) => reading.test(line);

const isAboutAssistant = (verb: string, line: string) =>
  /^you (?:(?:like|prefer|want|know|call) me\b|(?:have|use) for me$)/u.test(line) ||
  (/\b(?:you|your|yours)\b/u.test(line) &&
    !/\b(?:i|me|my|we|our)\b/u.test(line) &&
    !/^(?:will|can|could)$/u.test(verb));

/** A name or an output is all there is to it. */
const oneAnswer =
  /\b(?:names?|titles?|number|address|code|output|capital|abbreviation|acronym|currency|playing)\b/u;
export const isOneAnswer = (line: string) => oneAnswer.test(line);

function findChoice(opening: string, verb: string, line: string): QuestionKind {
  if (/\b(?:facts?|jokes?|quotes?|news)\b/u.test(line)) return 'plain';
  if (opening === 'what' && /^an? (?!good|nice)\S+(?: \S+)?$/u.test(line)) return 'meaning';
  if (/\b(?:my|our) (?:best|top)\b/u.test(line)) return 'own fact';
  if (
    /\b(?:best|good(?! (?:morning|afternoon|evening|night|bye))|top|better|recommended)\b/u.test(
      `${opening} ${line}`,
    )
  )
    return 'choice';
  if (/^(?:should|can|could)$/u.test(verb) && /^(?:i|we|one|people)\b(?!.*\byour?\b)/u.test(line))
    return 'choice';
  if (/\b(?:my|i|our)\b/u.test(line)) return 'own fact';
  if (isOneAnswer(line)) return 'plain';
  return reading.test(line) ? 'reading' : 'fact';
}
