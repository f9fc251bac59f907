import { openings } from './openings.ts';

const greeting =
  /^(?:(?:oh no|oh|hi|hello|hey(?: there)?|ok|okay|well|so|um|please|pls|kindly|ai|siri|alexa|and|now|just|also|actually|then|yes|quickly)[ ,!]+)+/iu;
const closing = /(?:[ ,.!?]+(?:please|pls|thanks|thank you|thx|if you will|if you can|if possible)|, ai)$/iu;

const innerRequest =
  /^.{3,}?(?:[,;] ?(?=is there|are there)|[ ,;](?!is there|are there))(?:(?:so|and|but|then|therefore) )?(?=(?:is there|are there|(?:can|could|will|would) you|(?:do|am|should|can|will|would|did) i|(?:i )?need you to|i want you to|you (?:should|must|need to|have to)|please(?! let me\b)|(?:please )?help me (?:with|to)\b|(?:i )?(?:really )?(?:need|want|would like) (?:help|assistance|some|your|my|the|a|an|to)\b|what (?:is|are|do|does|should|can|will)|how (?:do|can|long|much|many|to)|when (?:do|does|is|will|should|can)|where (?:do|does|is|can|should)) )/iu;
const innerQuestion =
  /^.{8,}?[ ,;](?=(?:what|how|where|which|who|why) (?:is|are|do|does|can|should|will|long|much|many|to|kind|type)\b)/iu;
const condition =
  /^(?:if|when|while|since|given|based on|using|in|for|as|on|before|after|because|with|during|from|to|at|including|excluding|besides|counting|considering|according to|regarding)\b[^,]{2,80}, (?=\p{L})/iu;

/** The sentence that asks comes before the one that reports. */
export function findParts(full: string): string[] {
  return full
    .split(/(?<=[.?;])\s+(?=\p{L})/u)
    .map((sentence) => trimEnds(sentence))
    .filter((sentence) => sentence !== '')
    .flatMap((sentence) => {
      if (isCondition(sentence)) return [moveConditionBack(sentence)];
      const inner = isStatement(sentence) ? innerRequest.exec(sentence) : null;
      if (inner === null) return [sentence];
      const rest = trimEnds(sentence.slice(inner[0].length));
      if (place.test(inner[0]) && isOwnQuestion.test(rest)) return [];
      return [rest].filter(standsAlone).map(nameUser);
    });
}

const isStatement = (line: string) =>
  /^(?:(?:i|my|the|we|our|it|this|that|he|she|they|there|not|a|an|got|ai)\b|you (?:are|will be|have been) given\b|\w+ing\b)/iu.test(
    line,
  ) &&
  !openings.know.test(line) &&
  !openings.how.test(line);
/** "when do i", "at what time": no condition, but the question itself. */
const asksAlready =
  /^\S+ (?:do|does|did|is|are|am|was|were|will|would|can|could|should|shall|has|have|had|might|may|what|which|whom?|whose|how|where|when)\b/iu;
const isCondition = (line: string) =>
  condition.test(line) ||
  (/^(?:if|when|before|after|while|to|at|in|on|for)\b/iu.test(line) && !asksAlready.test(line));

/** "if it rains, where can i go" is "where can i go if it rains": nothing of it is lost. */
function moveConditionBack(line: string): string {
  const lead = condition.exec(line) ?? innerRequest.exec(line) ?? innerQuestion.exec(line);
  if (lead === null) return line;
  const before = lead[0].replace(/(?:[ ,;]+(?:so|and|but|then|therefore))?[ ,;]+$/iu, '');
  const rest = trimEnds(line.slice(lead[0].length));
  return rest === '' ? line : `${rest} ${(before[0] ?? '').toLowerCase()}${before.slice(1)}`;
}

/** "I am flying to Rome, do I need a visa": the answer depends on where. */
const place =
  /\b(?:going|go|travell?ing|travel|flying|fly|driving|drive|moving|trip|visiting|visit|vacation|heading|headed|am|are|staying|live)\b.* (?:to|in|at|from) \S+|\bvisit(?:ing)? \S+/iu;
const isOwnQuestion = /^(?:do|am|should|can|will|would|did|is|are|what|how|when|where) (?!you\b)/iu;
/** "and need a taxi" is "I need a taxi". */
const nameUser = (line: string) => line.replace(/^(?:really )?(?=(?:need|want|would like) )/iu, 'i ');

/** "what is that" says nothing without the words before it. */
const standsAlone = (line: string) =>
  !/\b(?:it|its|them|they|their|those|these|he|she|him|his|here)\b|\b(?:this|that|there|some|some more|one|ones|any|any more|more|so|to|for|from|with|about|instead|another|why|how|what|when|where|who)$|^\S+ \S+ (?:that|this|there)\b(?: \S+){0,2}$/iu.test(
    line,
  );

function trimEnds(line: string): string {
  return line
    .replace(greeting, '')
    .replace(/^[\s,;:.!?-]+|[\s,;:.!?-]+$/gu, '')
    .replace(closing, '')
    .replace(/[\s,;:.!?-]+$/gu, '');
}
