import { lookUpTechnology } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';

/** Nouns that are not counted, and so take no "a". */
const massNouns = new Set(
  `access advice architecture art auth authentication authorization bread business caching climate code coffee content
  cooking data deployment documentation email energy english fitness food french german guitar hardware health history homework
  housing information infrastructure insurance java kubernetes latency logging luggage marketing math mathematics maths memory
  meditation money monitoring music nutrition onboarding performance philosophy physics piano poetry politics posture progress
  python research rust science security sleep software spanish stress storage support tea testing time tracing traffic training
  travel typescript water weather work yoga`.split(/\s+/u),
);

const determined =
  /^(?:an?|the|my|our|your|his|her|its|their|this|that|these|those|some|any|all|every|each|no|\d+)\s/iu;
const vowelSound = /^(?:[aeio]|u(?!ni|se|sa|ti|r[aeiou])|hour|honest|heir)/iu;
const spelledVowel = /^[AEFHILMNORSX](?=[A-Z0-9]|\b)/u;
/** Capitals that are read as a word: REST, SOAP, SAML. */
const readAsWord = /^[B-DF-HJ-NP-TV-Z][AEIOU][A-Z]{2}\b/u;

/** With "a" or "an", unless it is many, uncounted, or determined already. */
export function withArticle(phrase: string): string {
  if (determined.test(phrase) || isMany(phrase)) return phrase;
  return `${startsWithVowel(phrase) ? 'an' : 'a'} ${phrase}`;
}

/** With "the", unless it is determined or a name already. */
export function withThe(phrase: string): string {
  if (determined.test(phrase)) return addressed(phrase);
  return isName(phrase) ? phrase : `the ${phrase}`;
}

/** Without an article or another determiner in front. */
export function bare(phrase: string): string {
  return phrase.replace(determined, '').trim();
}

/** What the user calls "my" is "your" to the user who is asked; "a" thing that exists is "the" thing. */
function addressed(phrase: string): string {
  return phrase.replace(/^(?:my|our)\s/iu, 'your ').replace(/^an?\s/iu, 'the ');
}

function isMany(phrase: string): boolean {
  const head = headOf(phrase);
  return (
    massNouns.has(head.lower) || isName(phrase) || (/[^su]s$/iu.test(head.lower) && head.lemma !== head.lower)
  );
}

/** The last noun before any "for", "of", "with". */
function headOf(phrase: string): { lower: string; lemma: string } {
  const noun = phrase.split(/\s(?:for|of|with|in|on|to|from|that|which|by|about|at)\s/iu)[0] ?? phrase;
  const last = tokenize(noun).at(-1);
  return { lower: last?.lower ?? '', lemma: last?.lemma ?? '' };
}

function isName(phrase: string): boolean {
  const core = phrase.split(/\s(?:for|with|in|on|to|from|and)\s/iu)[0] ?? phrase;
  return /^[A-Z][a-z]+(?:\s[A-Z][a-z]+)*$/u.test(phrase) || lookUpTechnology(core) !== null;
}

function startsWithVowel(phrase: string): boolean {
  return /^[A-Z]{2}/u.test(phrase) && !readAsWord.test(phrase)
    ? spelledVowel.test(phrase)
    : vowelSound.test(phrase);
}
