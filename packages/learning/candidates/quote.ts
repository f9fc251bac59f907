const maxQuoteLength = 70;
/** Of a text, no more characters than this are looked at. */
const maxTextLength = 4000;

/**
 * Format characters that are part of a word: zero-width joiner and non-joiner (emoji, Persian, Hindi), soft hyphen.
 * The others (direction marks, tags, zero-width spaces) can hide text or turn it around, so they go.
 */
const invisible = /(?![\u00AD\u200C\u200D])[\p{Cf}\p{Co}\p{Cn}\p{Cs}]+/gu;

/** One line without control characters and brackets, safe to quote inside a question. */
export function sanitize(text: string): string {
  return text
    .slice(0, maxTextLength)
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .replaceAll(invisible, '')
    .replaceAll(/["“”„«»‹›「」『』`<>{}[\]|\\]+/gu, ' ')
    .replaceAll(/ {2,}/gu, ' ')
    .replace(/^[\s,;:.!?¿¡-]+/u, '')
    .replace(/[\s,;:.!?-]+$/u, '')
    .trim();
}

const asksFor =
  /\?$|^(?:please|can|could|would|will|do|does|is|are|what|how|why|when|where|which|who|i (?:would|need|want|wish)|we (?:need|want)|you (?:should|must|need|have)|your task|help|tell|show|give|write|make|create|explain|rewrite|find|list|describe|generate|suggest|summari[sz]e|translate|provide|identify|add|set)\b/iu;

/** The line from the sentence on that asks, where one before it would push it out of the quote. */
export function fromRequest(line: string): string {
  if (line.length <= maxQuoteLength) return line;
  const sentences = line.split(/(?<=[.!?;])\s+/u);
  const at = sentences.findIndex((sentence) => asksFor.test(sentence));
  return at < 1 ? line : sentences.slice(at).join(' ');
}

/** At most 70 characters of a line, cut between words where it has any; null if nothing of it can be seen. */
export function shorten(line: string): string | null {
  if (!/[\p{L}\p{N}\p{P}\p{S}]/u.test(line)) return null;
  const characters = splitCharacters(line);
  if (characters.length <= maxQuoteLength) return line;
  const cut = characters.slice(0, maxQuoteLength).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > maxQuoteLength / 2 ? cut.slice(0, space) : cut}…`;
}

const segmenter = new Intl.Segmenter();
/** A character as people see it may be of several code points; more than this is cut. */
const longestSeen = 600;

/** Characters as people see them: a family of emoji is one. Plain text needs no segmenter, which is slow. */
function splitCharacters(line: string): string[] {
  const start = line.slice(0, longestSeen);
  if (/^[\u0020-\u024F]*$/u.test(start)) return [...start];
  return Array.from(segmenter.segment(start), ({ segment }) => segment).filter((segment) =>
    segment.isWellFormed(),
  );
}
