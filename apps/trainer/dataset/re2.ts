/** White space as JavaScript has it, inside of brackets. */
const space =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

/**
 * An expression for RE2, which knows neither what stands before nor what comes after, and which is slow at long
 * repetitions: it matches wherever the given one does, and perhaps elsewhere. What must stand before is taken in; what
 * must not, and what must come after, is not asked for; `{2,200}` becomes `{2,}`.
 */
export function wider({ source, flags }: RegExp): string {
  const tokens = source.match(/\\[pP]\{\w+\}|\\u[\da-f]{4}|\\.|\(\?<?[=!]|\(\?:|\{\d+,\d+\}|./gsu) ?? [];
  let [out, inBrackets] = ['', false];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (inBrackets) {
      inBrackets = token !== ']';
      out += token === '\\s' ? space : token;
    } else if (/^\(\?(?:<?!|=)$/.test(token)) at = endOfGroup(tokens, at);
    else {
      inBrackets = token === '[';
      // Where case is ignored in Unicode, JavaScript takes two letters for words' that RE2 does not.
      if (token !== '\\b' || !(flags.includes('i') && flags.includes('u'))) out += outside(token);
    }
  }
  return flags.includes('i') ? `(?i:${out})` : `(?:${out})`;
}

function outside(token: string): string {
  if (token === '\\s') return `[${space}]`;
  if (token === '(?<=') return '(?:';
  const repeated = /^\{(\d+),\d+\}$/.exec(token);
  return repeated ? `{${repeated[1]},}` : token;
}

/** Where the group that begins there ends. */
function endOfGroup(tokens: string[], start: number): number {
  let [depth, inBrackets] = [0, false];
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (inBrackets) inBrackets = token !== ']';
    else if (token === '[') inBrackets = true;
    else if (token.startsWith('(')) depth += 1;
    else if (token === ')') depth -= 1;
    if (depth === 0 && !inBrackets) return at;
  }
  throw new RangeError(`a group of ${tokens.join('')} does not end`);
}
