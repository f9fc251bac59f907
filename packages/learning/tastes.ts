const liked =
  /\b(?:do you|i|we|i'd|i would)(?: really| usually| also| always)? (?:prefer|like|love|enjoy|favou?r)\s+(?!to\b)([^?.!;]+)/giu;
const favourite = /\b(?:my|our|your) favou?rite [\w -]{1,30}? (?:is|are)\s+([^?.!;]+)/giu;

/** What is preferred ends where the rest is named that it is preferred to. */
const rest = /\s+(?:over|to|rather than|instead of|than|because|when|but|so|since|for|if)\s.*$|,.*$/iu;
const vague =
  /^(?:it|this|that|them|these|those|one|the (?:first|second|third|last|other|same)\b.*|something|anything|.*\bor\b.*|.*\bmore$)$/iu;
const longestTaste = 8;

/** What a text says that somebody likes, in its words; a question between two things says of neither. */
export function tastesIn(text: string): string[] {
  const asksWhich = /^\s*(?:which|what|who|where|when|how|why)\b/iu.test(text);
  if (asksWhich) return [];
  return [...text.slice(0, 2000).matchAll(liked), ...text.slice(0, 2000).matchAll(favourite)]
    .map(([, taste = '']) => taste.replace(rest, '').trim())
    .filter((taste) => taste !== '' && !vague.test(taste) && taste.split(/\s+/u).length <= longestTaste);
}
