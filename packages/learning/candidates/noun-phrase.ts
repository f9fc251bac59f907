import { lookUpTechnology } from '../text/technologies.ts';
import { tokenize } from '../text/tokenize.ts';

const massNouns = new Set(
  `access advice architecture art auth authentication authorization bread business caching climate code coffee content
  cooking data deployment documentation email energy english fitness food french german guitar hardware health history homework
  housing information infrastructure insurance java kubernetes latency logging luggage marketing math mathematics maths memory
  meditation money monitoring music nutrition onboarding performance philosophy physics piano poetry politics posture progress
  python research rust science security sleep software spanish stress storage support tea testing time tracing traffic training
  travel typescript water weather work yoga`.split(/\s+/u),
);

const determiner =
  /^(?:an?|the|my|our|your|his|her|its|their|this|that|these|those|some|any|all|every|each|no|\d+)\s/iu;
const vowelSound = /^(?:[aeio]|u(?!ni|se|sa|ti|r[aeiou])|hour|honest|heir)/iu;
const spelledVowel = /^[AEFHILMNORSX](?=[A-Z0-9]|\b)/u;
/** Acronyms pronounced as a word: REST, SOAP, SAML. */
const pronounceable = /^[B-DF-HJ-NP-TV-Z][AEIOU][A-Z]{2}\b/u;

/** Prefixes "a" or "an", unless the phrase is plural, a mass noun, a name, or has a determiner. */
export function addArticle(phrase: string): string {
  if (determiner.test(phrase) || isPluralOrMass(phrase)) return phrase;
  return `${startsWithVowel(phrase) ? 'an' : 'a'} ${phrase}`;
}

/** Prefixes "the", unless the phrase is a name or has a determiner. */
export function addThe(phrase: string): string {
  if (determiner.test(phrase)) return readdress(phrase);
  return isName(phrase) ? phrase : `the ${phrase}`;
}

export function stripDeterminer(phrase: string): string {
  return phrase.replace(determiner, '').trim();
}

/** The question addresses the user: their "my" becomes "your". "a" becomes "the", since the object exists. */
function readdress(phrase: string): string {
  return phrase.replace(/^(?:my|our)\s/iu, 'your ').replace(/^an?\s/iu, 'the ');
}

function isPluralOrMass(phrase: string): boolean {
  const head = findHead(phrase);
  return (
    massNouns.has(head.lower) || isName(phrase) || (/[^su]s$/iu.test(head.lower) && head.lemma !== head.lower)
  );
}

function findHead(phrase: string): { lower: string; lemma: string } {
  const noun = phrase.split(/\s(?:for|of|with|in|on|to|from|that|which|by|about|at)\s/iu)[0] ?? phrase;
  const last = tokenize(noun).at(-1);
  return { lower: last?.lower ?? '', lemma: last?.lemma ?? '' };
}

function isName(phrase: string): boolean {
  const core = phrase.split(/\s(?:for|with|in|on|to|from|and)\s/iu)[0] ?? phrase;
  return /^[A-Z][a-z]+(?:\s[A-Z][a-z]+)*$/u.test(phrase) || lookUpTechnology(core) !== null;
}

function startsWithVowel(phrase: string): boolean {
  return /^[A-Z]{2}/u.test(phrase) && !pronounceable.test(phrase)
    ? spelledVowel.test(phrase)
    : vowelSound.test(phrase);
}
