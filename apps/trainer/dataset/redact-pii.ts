import { PiiSanitizer } from '@cdssnc/sanitize-pii';

/** White space as JavaScript has it, inside of brackets. */
const space =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

/**
 * An expression for RE2, which knows neither what stands before nor what comes after, and which is slow at long
 * repetitions: it matches wherever the given one does, and perhaps elsewhere. What must stand before is taken in; what
 * must not, and what must come after, is not asked for; `{2,200}` becomes `{2,}`.
 */
function toRe2Superset({ source, flags }: RegExp): string {
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

/** Those of the library's patterns that mean something outside Canada; the others hit ordinary numbers. */
const fromLibrary = new Set([
  'address_en',
  'address_fr',
  'credit_card',
  'ip_address',
  'phone_number',
  'phone_number_international',
  'po_box',
  'postal_code',
  'sin',
]);

/**
 * What follows one of these words: six characters after "is" or a sign, twenty after a space alone. Two alternatives, as
 * `wider` drops what must come after: by one, "a token deployment" would have to be looked at.
 */
const secretWords = String.raw`\b(?:password|passwd|pwd|secret|token|api[ _-]?key|access[ _-]?key)`;
const secret = new RegExp(
  String.raw`(?<=${secretWords}\s{0,3}(?:is|=|:)\s{0,3})[^\s"'\p{Cc}]{6,200}|(?<=${secretWords}\s)[^\s"'\p{Cc}]{20,200}`,
  'giu',
);

/** What the library leaves to its users. None may match across a quote or a control character, which separates texts. */
const additional: { name: string; regex: RegExp }[] = [
  {
    name: 'private_key',
    regex: /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[^"\p{Cc}]|\s)*?(?:-----END [A-Z ]*-----|$)/gu,
  },
  { name: 'jwt', regex: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  {
    name: 'key',
    regex:
      /\b(?:sk|pk|rk)[-_][\w-]{16,}|\bA(?:KIA|SIA)[A-Z0-9]{16}\b|\bgh[pousr]_\w{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}|\bnpm_\w{20,}|\bxox[abeoprs]-[\w-]{10,}|\bAIza[\w-]{30,}|\bhf_\w{20,}|\bll_\w+_\w{16,}/g,
  },
  { name: 'password', regex: /(?<=:\/\/[^\s:/@"\p{Cc}]{0,100}:)[^\s@"\p{Cc}]{1,200}(?=@)/gu },
  { name: 'secret', regex: secret },
  {
    name: 'email',
    regex: /[\p{L}\d.!#$%&'*+/=?^_`{|}~-]{1,64}@[\p{L}\d-]{1,63}(?:\.[\p{L}\d-]{1,63}){1,8}/gu,
  },
  { name: 'iban', regex: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b/g },
  { name: 'social_security_number', regex: /\b\d{3}-\d{2}-\d{4}\b/g },
  { name: 'postal_code', regex: /\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b|(?<=, )[A-Z]{2} \d{5}(?:-\d{4})?\b/g },
  { name: 'phone_number_national', regex: /(?<![\w.-])\(?0\d{2,4}\)?[ /-]?\d{3,4}[ -]?\d{3,5}\b/g },
];

const library = new PiiSanitizer().getPatterns().filter(({ name }) => fromLibrary.has(name));
const patterns = [...additional, ...library];
const sanitizer = new PiiSanitizer({
  patterns,
  useDefaultPatterns: false,
  replacementTemplate: '[{name}]',
});

/** For RE2, which is fast enough to ask it of every text: without a match `scrub` would replace nothing. */
export const mayHoldPii = patterns.map(({ regex }) => toRe2Superset(regex)).join('|');

/** The text with mail addresses, telephone and card numbers, addresses, keys and passwords replaced by their kind. */
export function redactPii(text: string): string {
  return sanitizer.sanitize(text);
}
