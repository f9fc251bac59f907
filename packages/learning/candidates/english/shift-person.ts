import type { TaggedWord } from './tag-words.ts';

const simple: Readonly<Record<string, string>> = {
  i: 'you',
  me: 'you',
  my: 'your',
  mine: 'yours',
  myself: 'yourself',
  we: 'you',
  us: 'you',
  our: 'your',
  ours: 'yours',
  ourselves: 'yourselves',
  your: 'my',
  yours: 'mine',
  yourself: 'myself',
};
/** After these, "you" begins a clause: "I think you are". */
const clauseVerbs = /^(?:know|think|say|said|hope|believe|wish|see|suppose|guess)$/u;

/** As the assistant says it to the user: "my card" is "your card", "your name" is "my name". */
export function shiftPerson(words: readonly TaggedWord[]): string {
  return words.map((word, at) => shiftWord(word, at, words)).join(' ');
}

/** The same where "you" is anyone, as in "how to upgrade when you have a problem", unless the user is named as well. */
export function shiftFirstPerson(words: readonly TaggedWord[]): string {
  if (words.some(({ lower }) => /^(?:i|me|us)$/u.test(lower))) return shiftPerson(words);
  return words
    .map((word, at) => (/^(?:you|are|were)$/u.test(word.lower) ? word.text : shiftWord(word, at, words)))
    .join(' ');
}

/** What the assistant has itself. Any other "your" in an order is anyone's: "a palette for your slides". */
const ofAssistant =
  /^(?:name|voice|volume|language|accent|speed|speech|tone|responses?|answers?|replies|reply|opinions?|thoughts|advice|mood|settings?|personality|gender|memory|boss|creator|mind|way|knowledge|job|last|previous|next|own|favou?rite|help|hours|age|best|questions?|ideas?|suggestions?|recommendations?|attitude|data|database|history|system|services?)$/u;

/** "reset your clock", "and make your writing clearer"; not "ways to improve your sleep". */
const isObjectOfOrder = (words: readonly TaggedWord[], at: number) =>
  at === 1 ||
  (words[at - 1]?.pos === 'VERB' &&
    words[at - 2]?.lower === 'and' &&
    !words.slice(0, at).some(({ lower }) => lower === 'to'));

/** An order: "my" is the user's, "your" the assistant's only where it can be. */
export function shiftTask(words: readonly TaggedWord[]): string {
  const generic = words.some(
    ({ lower }, at) =>
      lower === 'your' &&
      !isObjectOfOrder(words, at) &&
      !words.slice(at + 1, at + 3).some((word) => ofAssistant.test(word.lower)),
  );
  const anyone = words.some(
    ({ lower }, at) =>
      lower === 'you' &&
      /^(?:can|could|might|may|would|will|have|want|need)$/u.test(words[at + 1]?.lower ?? ''),
  );
  const first = words.some(({ lower }) => /^(?:i|me|us)$/u.test(lower));
  if (first || !(generic || anyone)) return shiftPerson(words);
  return words
    .map((word, at) =>
      /^(?:you|your|yours|yourself|are|were)$/u.test(word.lower) ? word.text : shiftWord(word, at, words),
    )
    .join(' ');
}

function shiftWord({ text, lower }: TaggedWord, at: number, all: readonly TaggedWord[]): string {
  const previous = all[at - 1];
  // Behind an imperative, it begins a title: "play I feel good".
  if (lower === 'i' && at === 1 && previous?.pos === 'VERB') return text;
  if (lower === 'am' || lower === 'was') return replaceIn(text, lower, shiftVerb(lower, previous));
  if (lower === 'are' && all[at + 1]?.lower === 'you') return replaceIn(text, lower, 'am');
  if (lower === 'are' || lower === 'were') return replaceIn(text, lower, shiftVerb(lower, previous));
  if (lower === 'you') return replaceIn(text, lower, isObject(at, all) ? 'me' : 'I');
  if (lower === 'us' && /^(?:NOUN|PROPN)$/u.test(all[at + 1]?.pos ?? '')) return text;
  const other = Object.hasOwn(simple, lower) ? simple[lower] : undefined;
  return other === undefined ? text : replaceIn(text, lower, other);
}

function shiftVerb(verb: string, previous: TaggedWord | undefined): string {
  if (previous?.lower === 'i') return verb === 'was' ? 'were' : 'are';
  if (previous?.lower !== 'you') return verb;
  return verb === 'were' ? 'was' : 'am';
}

function isObject(at: number, all: readonly TaggedWord[]): boolean {
  const [previous, next] = [all[at - 1], all[at + 1]];
  if (previous === undefined) return false;
  if (previous.pos === 'ADP') return true;
  if (next?.pos === 'AUX') return false;
  return previous.pos === 'VERB' && (next === undefined || !clauseVerbs.test(previous.lower));
}

/** Keeps the punctuation that stands around the word. */
function replaceIn(text: string, lower: string, other: string): string {
  const start = text.toLowerCase().indexOf(lower);
  return start < 0 ? other : text.slice(0, start) + other + text.slice(start + lower.length);
}

/** What is cited behind these is addressed to someone else: no "you" may be turned around in it. */
const citing: readonly RegExp[] = [
  /\b(?:how|what|which)\b.{0,40}?\b(?:say|spell|pronounce|translate|express|phrase|word|translation)\b(.*)$/iu,
  /^(?:(?:please|can|could|would|you) )*(?:say|translate|spell|pronounce|repeat)\b(.*)$/iu,
  /\b(?:saying|that says|to say|the words|the message)\b(.*)$/iu,

  /\b(?:text|tell|message|write|ask|email|remind|inform) (?:to )?(?:my )?(?!me\b|us\b|you\b|about\b|a\b|an\b|the\b)\p{L}+ (?=that\b|hi\b|hello\b|i\b|you\b|we\b|if\b|how\b|what\b|when\b)(.*)$/iu,
];
const askedForWords =
  /^(?:(?:please|tell|show|teach) (?:me )?)?how (?:do|does|would|to|can|could|should|might)\b.{0,20}\b(?:say|spell|pronounce)\b/iu;
const toSomeone = /\b(?:you|your|yours)\b/iu;
/** Words of a song or a title stay as they are: with a person in them, they are quoted. */
const title =
  /\b(?:goes(?: like)?|(?:song|track|album|movie|film|book|playlist|list|show|podcast|game|one|piece) (?:called|named|titled|entitled)|titled|entitled|lyrics)\b(.*)$/iu;
const played =
  /^(?:(?:please|can|could|would|you|go ahead and|i want to (?:hear|listen to)) )*(?:play|sing|hum) (?!(?:me|my|us|our|some of my|all of my|the next)\b)(.*)$/iu;
const person = /\b(?:i|me|my|mine|we|us|our|you|your|yours|am|are)\b/iu;
const citesTitle = (line: string) =>
  person.test(title.exec(line)?.[1] ?? '') ||
  /\b(?:i|you|your|we|us)\b|\bme (?!(?:a|an|the|some|now|please)\b)(?=\S)|(?<!(?:to|for|with) )\bme$/iu.test(
    (played.exec(line)?.[1] ?? '').replace(/^i /iu, ''),
  );

/** Whether words are cited that speak to someone. */
export const citesSpeech = (line: string): boolean =>
  askedForWords.test(line) ||
  citesTitle(line) ||
  citing.some((pattern) => toSomeone.test(pattern.exec(line)?.[1] ?? ''));
