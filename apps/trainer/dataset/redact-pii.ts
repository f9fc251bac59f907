import { PiiSanitizer } from '@cdssnc/sanitize-pii';
import { wider } from './re2.ts';

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
export const mayBePersonal = patterns.map(({ regex }) => wider(regex)).join('|');

/** The text with mail addresses, telephone and card numbers, addresses, keys and passwords replaced by their kind. */
export function scrub(text: string): string {
  return sanitizer.sanitize(text);
}
