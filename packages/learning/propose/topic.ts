/** A text as it may stand inside a question: one line, without control and steering characters. */
export function cleaned(text: string): string {
  return text
    .slice(0, 4000)
    .normalize('NFC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\s]+/gu, ' ')
    .replaceAll(/["“”„«»`<>{}[\]|\\]+/gu, ' ')
    .replaceAll(/ {2,}/gu, ' ')
    .replace(/^[\s,;:.!?-]+/u, '')
    .replace(/[\s,;:.!?-]+$/u, '')
    .trim();
}

const longestEcho = 70;

/** The text in quotation marks, cut at a word to at most 70 characters. */
export function quoted(text: string): string {
  const line = cleaned(text);
  return line === '' ? 'your request' : `“${capped(line)}”`;
}

function capped(line: string): string {
  const signs = [...line];
  if (signs.length <= longestEcho) return line;
  const cut = signs.slice(0, longestEcho).join('');
  const space = cut.lastIndexOf(' ');
  return `${space > longestEcho / 2 ? cut.slice(0, space) : cut}…`;
}

/** Whether a text reads as a short English phrase that may stand unquoted. */
export function isPlain(text: string): boolean {
  return (
    /^[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N} '’+#./&-]*$/u.test(text) && text.split(' ').length <= 9
  );
}
