import { PiiSanitizer } from '@cdssnc/sanitize-pii';

const space =
  '\\t-\\r \\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}';

/** Lookaheads, and lookbehinds for what must not be there. */
const droppedGroups = ['(?=', '(?!', '(?<!'];

/**
 * Matches wherever the given expression does, and perhaps elsewhere. RE2 has no lookaround and is slow at long
 * repetitions: positive lookbehinds are consumed, other lookarounds dropped, and `{2,200}` becomes `{2,}`.
 */
export function toRe2Superset({ source, flags }: RegExp): string {
  const tokens = source.match(/\\.|\(\?<?[=!]|\(\?:|\{\d+,\d+\}|./gsu) ?? [];
  let [out, inBrackets] = ['', false];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at] ?? '';
    if (inBrackets) {
      inBrackets = token !== ']';
      out += token === '\\s' ? space : token;
    } else if (droppedGroups.includes(token)) at = findGroupEnd(tokens, at);
    else {
      inBrackets = token === '[';
      // With flags i and u, JavaScript counts two more letters as word characters than RE2 does.
      if (token !== '\\b' || !(flags.includes('i') && flags.includes('u'))) out += rewriteToken(token);
    }
  }
  return flags.includes('i') ? `(?i:${out})` : `(?:${out})`;
}

function rewriteToken(token: string): string {
  if (token === '\\s') return `[${space}]`;
  if (token === '(?<=') return '(?:';
  const repeated = /\{(\d+),\d+\}/.exec(token);
  return repeated ? `{${repeated[1]},}` : token;
}

function findGroupEnd(tokens: string[], start: number): number {
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

/** Patterns that are useful outside Canada; the others match ordinary numbers. */
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

// Two alternatives, as `toRe2Superset` drops lookaheads: a single one would match "a token deployment".
const secretWords = String.raw`\b(?:password|passwd|pwd|secret|token|api[ _-]?key|access[ _-]?key)`;
const secret = new RegExp(
  String.raw`(?<=${secretWords}\s{0,3}(?:is|=|:)\s{0,3})[^\s"'\p{Cc}]{6,200}|(?<=${secretWords}\s)[^\s"'\p{Cc}]{20,200}`,
  'giu',
);

/** No pattern may match across a quote or a control character, which separate texts. */
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

/** Prefilter for RE2, cheap enough for every text: without a match `scrub` replaces nothing. */
export const mayHoldPii = patterns.map(({ regex }) => toRe2Superset(regex)).join('|');

export function redactPii(text: string): string {
  return sanitizer.sanitize(text);
}
