/** What the API and the imports accept as a text, a user id and a tenant; a `rule` completes a sentence. */

export const maxUserIdLength = 200;
export const maxInputLength = 8_000;
export const maxQuestionLength = 2_000;

// Postgres cannot store NUL; other control characters except tab and line breaks are invalid as well.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern detects them
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/u;

const isPrintable = (value: string): boolean => value.isWellFormed() && !control.test(value);

export const textRule = 'must hold more than white space, and no control characters or broken Unicode';
export const isText = (value: string): boolean => /\S/u.test(value) && isPrintable(value);

/** URL clients remove it from a path even where it is encoded, and then ask for another resource (WHATWG URL, 4.4). */
const dotSegment = /^(?:\.|%2e){1,2}$/iu;

export const userIdRule =
  'must have no white space at its ends, no control characters and no broken Unicode, and must not be . or ..';
export const isUserId = (value: string): boolean =>
  value.trim() === value && isPrintable(value) && !/[\n\r\t]/u.test(value) && !dotSegment.test(value);

export const tenantRule = 'must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit';
export const isTenant = (value: string): boolean => /^[a-z0-9][a-z0-9_-]{0,62}$/u.test(value);
