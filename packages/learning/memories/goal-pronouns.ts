import { isCommandText, parseRequest } from '../candidates/parse-request.ts';

/** Alone, not before a noun: "this test" says which, "this" does not. */
const bare =
  /(?<![\p{L}'’-])(?:(?<!\bthat )it|them|(?:this|that|these|those)(?=\s*(?:$|[?.!,;)]|(?:to|for|with|in|on|at|from|by|of|and|or|into|as|now|today|here|please|yourself|online|before|after)(?!\p{L}))))(?![\p{L}-])/giu;
const maxTopicWords = 6;

/** Puts the thing that the request is about in place of a bare pronoun; null if the request does not name it. */
export function resolvePronouns(goal: string, inputText: string): string | null {
  const found = [...goal.matchAll(bare)].filter(([word]) => word !== 'IT');
  if (found.length === 0) return goal;
  const topic = findTopic(inputText);
  if (topic === null) return null;
  return found.reduceRight((text, match, i) => replaceAt(text, match, i === 0 ? topic : match[0]), goal);
}

function replaceAt(text: string, { index, 0: written }: RegExpExecArray, by: string): string {
  return text.slice(0, index) + by + text.slice(index + written.length);
}

const notNominal =
  /^(?:who|what|when|where|why|how|which|is|are|do|does|can|could|should|would|will|i|we|please)\b|\b(?:it|this|that|them|these|those|i|you)\b|[?!]/iu;

function findTopic(inputText: string): string | null {
  const line = inputText.replaceAll(/\s+/gu, ' ').trim();
  const { object } = parseRequest(line);
  if (object !== null && !notNominal.test(object)) return object;
  const nominal = line !== '' && line.split(' ').length <= maxTopicWords && !notNominal.test(line);
  return nominal && !isCommandText(line) ? line : null;
}
