import { memoize } from '@learning-loop/async/memoize';
import { transparentVerb } from '../extraction/attitudes.ts';
import { findMarks } from '../extraction/negation.ts';
import { findOpposition } from '../extraction/opposites.ts';
import { type Polarity, readPolarities } from '../extraction/polarity.ts';
import { findLanguage } from '../text/language.ts';
import { findTechnologies } from '../text/technologies.ts';
import { contentKey, memoryKey, preferenceContent } from './memory.ts';

const likeLabel = /^\s*(?:prefers|likes|loves|uses)\s*:\s*/iu;
const dislikeLabel = /^\s*(?:avoids|dislikes|hates|rejects)\s*:\s*/iu;
/** What may stand before the negator of a remark such as "the user really does not like Docker". */
const remarkStart =
  /^(?:(?:the user|this user|user|i|we|he|she|they|really|strongly|always|would|rather|please|prefers?|to|use|uses|with|likes?|wants?|ich|je|j'|yo|io|ik|eu|me|mi|mag|aime|will)[\s,:]+)*$/iu;
const attitudeVerb =
  /^(?:to\s+|really\s+|ever\s+|any\s*more\s+)*(?:likes?|liking|wants?|prefers?|loves?|enjoys?|needs?)\s+/iu;

/** "Docker? Rather not". */
const refusal =
  /^([^?]+?)\s*\?\s*(?:(?:rather|better|please|lieber|plutôt|mejor|meglio|liever|melhor),?\s+)?(?:not?|never|nope|nein|nicht|nie|non|não|nunca|mai|nee|niet|nooit|jamais)(?:,? (?:thanks|thank you|please|danke|merci|gracias|grazie|obrigad[oa]))?[\s.!]*$/iu;

interface PreferenceText {
  polarity: Polarity;
  thing: string;
}

/**
 * What a preference says, whether it was learned ("Avoids: Docker") or is a person's own words ("no Docker, please").
 * Words without a negation are a liking.
 */
export const readPreference: (content: string) => PreferenceText = memoize((content) => {
  if (dislikeLabel.test(content))
    return { polarity: 'dislike', thing: content.replace(dislikeLabel, '').trim() };
  const text = content.replace(likeLabel, '').trim();
  const negated = refusal.exec(text)?.[1] ?? readRemark(text) ?? readNames(text);
  return negated === null ? { polarity: 'like', thing: text } : { polarity: 'dislike', thing: negated };
}, 20_000);

/** The thing that a remark speaks against; null if it does not begin with a negation. */
function readRemark(text: string): string | null {
  const [first, second] = findMarks(text, findLanguage(text) ?? 'en').filter(({ kind }) => kind !== 'break');
  if (first === undefined || !isNegator(first.kind) || !remarkStart.test(text.slice(0, first.start)))
    return null;
  const isDouble =
    second !== undefined && isNegator(second.kind) && text.slice(first.end, second.start).trim() === '';
  if (isDouble) return null;
  const thing = text.slice(first.end).trim().replace(attitudeVerb, '').replace(transparentVerb, '');
  return (
    thing.replace(/(?:[\s,]+(?:any ?more|any longer|at all|please|again|thanks))*[\s.,!]*$/iu, '') || null
  );
}

const isNegator = (kind: string) => kind === 'not' || kind === 'averse' || kind === 'phrase';

/** "Docker nicht verwenden" names what it is against before it says so. */
function readNames(text: string): string | null {
  const language = findLanguage(text);
  const mentions = findTechnologies(text);
  if (language === null || mentions.length === 0) return null;
  const against = readPolarities(text, mentions, language).every((polarity) => polarity === 'dislike');
  return against ? mentions.map(({ name }) => name).join(', ') : null;
}

export const readPolarity = (content: string): Polarity => readPreference(content).polarity;

/** Key and slot of a preference in a person's own words: equal to those of the same preference when it is learned. */
export function toPreferenceKeys(content: string): { content_key: string; slot: string | null } {
  const { polarity, thing } = readPreference(content);
  return {
    content_key: contentKey(preferenceContent(polarity, thing)),
    slot: polarity === 'like' ? findSlot(thing, null) : null,
  };
}

/**
 * The exclusive slot of a liking: the category of a technology, the axis of "dark" and "light", or two things that
 * were compared. Null if a newer liking leaves it as it is.
 */
export function findSlot(thing: string, rival: string | null): string | null {
  const [only, ...more] = findTechnologies(`with ${thing}`);
  if (only !== undefined) return more.length === 0 ? only.slot : null;
  const axis = findOpposition(thing);
  return axis ?? (rival === null ? null : `either: ${[thing, rival].map(memoryKey).sort().join(' | ')}`);
}
