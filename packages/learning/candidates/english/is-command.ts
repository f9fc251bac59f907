import type { TaggedWord } from './tag-words.ts';
import { isTaskVerb } from './tasks.ts';

/** What no assistant can do for anyone. */
export const onlyByHand =
  /^(?:bake|cook|learn|study|practi[sc]e|understand|go|travel|drive|fly|visit|walk|ride|eat|grow|paint|wash|clean|fix|repair|lose|gain|run|swim|train|meet|move|stay|become|wear|sew|knit|plant|exercise|meditate|sleep)$/u;

/** Whether the line begins with an imperative, whatever the tagger says. */
export function isCommand(first: TaggedWord, second: TaggedWord): boolean {
  if (
    /(?:ing|ed|s)$/u.test(first.lower) &&
    !/^(?:pass|miss|dress|guess|discuss|process|address|need|feed|add|bring|ring|sing)$/u.test(first.lower)
  )
    return false;
  if (
    /^(?:got|heard|seen|had|did|found|made|been|gone|lost|said|told|took|came|saw|gave|left|went|bought|spent)$/u.test(
      first.lower,
    )
  )
    return false;
  // "refund status": a thing whose name begins with a verb.
  if (/^(?:status|total|amount|date|balance|rate|fees?|limit|history|number|cost|price)$/u.test(second.lower))
    return false;
  // The name of a card, of a magazine.
  if (/^(?:discover|chase|visa|time|people)$/u.test(first.lower) && second.pos === 'NOUN') return false;
  if (first.pos === 'NOUN' && /^(?:a|an|the|my|our|your|me|this|these)$/u.test(second.lower)) return true;
  if (/^(?:light|dim|warm|cool|dry|clean|open|empty|clear|calm|quiet|lower|ready|free)$/u.test(first.lower))
    return /^(?:a|an|the|my|our|your|this|that|these|up|down)$/u.test(second.lower);
  if (first.pos === 'VERB' || first.pos === 'INTJ') return second.pos !== 'AUX';
  const known = isTaskVerb(first.lower);
  return (
    known &&
    !/^(?:AUX|VERB)$/u.test(second.pos) &&
    /^(?:DET|PRON|PROPN|NUM|ADP|NOUN|ADJ|ADV|PART)$/u.test(second.pos) &&
    !/^(?:of|for|with|at|is)$/u.test(
      /^(?:search|look|ask|wait|apply)$/u.test(first.lower) ? '' : second.lower,
    )
  );
}
