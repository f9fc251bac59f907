/** A number of a text; numbers of one unit are compared with each other. */
interface ReadNumber {
  unit: string;
  value: number;
}

export interface ScaledNumber {
  unit: string;
  /** Difference from the mean of the texts, relative to it, in [-1.5, 1.5]. */
  amount: number;
  /** From -0.5 for the least of the texts to 0.5 for the most. */
  order: number;
}

const numberPattern = /(\p{Sc})?\s?(?<![\p{L}\p{N}.,])(\d{1,12}(?:[.,]\d{1,6})?)\s?(%|\p{Sc}|\p{L}+)?/gu;
const maxNumbers = 8;
const maxAmount = 1.5;

/** The first number of each unit. The unit is a sign of currency, else the word that follows; it may be empty. */
export function readNumbers(text: string): ReadNumber[] {
  const numbers = new Map<string, number>();
  for (const [, sign, digits = '', after] of text.matchAll(numberPattern)) {
    const unit = (sign ?? after ?? '').toLowerCase().replace(/(?<=\p{L}{2})s$/u, '');
    if (!numbers.has(unit)) numbers.set(unit, Number(digits.replace(',', '.')));
    if (numbers.size === maxNumbers) break;
  }
  return [...numbers].map(([unit, value]) => ({ unit, value }));
}

const absent = (unit: string) => new RegExp(`(?<!\\p{L})(?:no|without|zero|none) ${unit}`, 'iu');

/** "no change" is 0 changes beside "1 change". A unit that only one text has, or all alike, says nothing. */
export function scaleNumbers(read: readonly ReadNumber[][], texts: readonly string[]): ScaledNumber[][] {
  const scaled: ScaledNumber[][] = texts.map(() => []);
  const units = new Set(read.flatMap((numbers) => numbers.map(({ unit }) => unit)));
  for (const unit of units) {
    const values = read.map(
      (numbers, i) => numbers.find((one) => one.unit === unit)?.value ?? readAbsence(unit, texts[i]),
    );
    const known = values.filter((value) => value !== null);
    const [least, most] = [Math.min(...known), Math.max(...known)];
    if (known.length < 2 || least === most) continue;
    for (const [i, value] of values.entries())
      if (value !== null) scaled[i]?.push({ unit, ...scale(value, known) });
  }
  return scaled;
}

const readAbsence = (unit: string, text = '') =>
  /^\p{L}+$/u.test(unit) && absent(unit).test(text) ? 0 : null;

function scale(value: number, all: number[]): { amount: number; order: number } {
  const mean = all.reduce((sum, one) => sum + one, 0) / all.length;
  const difference = mean === 0 ? 0 : (value - mean) / Math.abs(mean);
  const less = all.filter((one) => one < value).length;
  const more = all.filter((one) => one > value).length;
  return {
    amount: Math.max(-maxAmount, Math.min(maxAmount, difference)),
    order: (less - more) / (2 * (all.length - 1)),
  };
}
