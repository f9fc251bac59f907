import { openings } from './openings.ts';

const greeting =
  /^(?:(?:oh no|oh|hi|hello|hey(?: there)?|ok|okay|well|so|um|please|pls|kindly|ai|siri|alexa|and|now|just|also|actually|then|yes|quickly)[ ,!]+)+/iu;
const closing = /(?:[ ,.!?]+(?:please|pls|thanks|thank you|thx|if you will|if you can|if possible)|, ai)$/iu;

const innerRequest =
  /^.{3,}?(?:[,;] ?(?=is there|are there)|[ ,;](?!is there|are there))(?:(?:so|and|but|then|therefore) )?(?=(?:is there|are there|(?:can|could|will|would) you|(?:do|am|should|can|will|would|did) i|(?:i )?need you to|i want you to|you (?:should|must|need to|have to)|please|what (?:is|are|do|does|should|can|will)|how (?:do|can|long|much|many|to)|when (?:do|does|is|will|should|can)|where (?:do|does|is|can|should)) )/iu;
const innerQuestion =
  /^.{8,}?[ ,;](?=(?:what|how|where|which|who|why) (?:is|are|do|does|can|should|will|long|much|many|to|kind|type)\b)/iu;
const condition =
  /^(?:if|when|while|since|given|based on|using|in|for|as|on|before|after|because|with|during|from|to)\b[^,]{2,80}, (?=\p{L})/iu;

/** The sentence that asks comes before the one that reports. */
export function findParts(full: string): string[] {
  const sentences = full
    .split(/(?<=[.?;])\s+(?=\p{L})/u)
    .map((sentence) => trimEnds(sentence))
    .filter((sentence) => sentence !== '');
  return sentences.flatMap((sentence) => {
    const inner = isStatement(sentence)
      ? innerRequest.exec(sentence)
      : isCondition(sentence)
        ? innerQuestion.exec(sentence)
        : null;
    const bare = sentence.replace(condition, '');
    return [
      ...(inner === null ? [] : [trimEnds(sentence.slice(inner[0].length))].filter(isMeaningful)),
      ...(bare === sentence || inner !== null ? [] : [trimEnds(bare)]),
      sentence,
    ];
  });
}

const isStatement = (line: string) =>
  /^(?:(?:i|my|the|we|our|it|this|that|he|she|they|there|to|at|in|on|for|not|a|an|got|ai)\b|you (?:are|will be|have been) given\b|\w+ing\b)/iu.test(
    line,
  ) &&
  !openings.know.test(line) &&
  !openings.how.test(line);
const isCondition = (line: string) => /^(?:if|when|before|after|while)\b/iu.test(line);

/** "what is that" says nothing without the words before it. */
const isMeaningful = (line: string) =>
  !/^\S+ \S+ (?:it|that|this|they|those|there)\b(?: \S+){0,2}$/iu.test(line);

function trimEnds(line: string): string {
  return line
    .replace(greeting, '')
    .replace(/^[\s,;:.!?-]+|[\s,;:.!?-]+$/gu, '')
    .replace(closing, '')
    .replace(/[\s,;:.!?-]+$/gu, '');
}
