/** What a text says of a date; months count from 0. Null where it does not say it. */
export interface NamedDate {
  year: number | null;
  month: number | null;
  day: number | null;
}

const languages = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'tr'];

/** `may`, `mars` or `mart` are also words: they count only beside a number or after a preposition. */
const monthsByName = new Map(
  languages.flatMap((language) => {
    const format = new Intl.DateTimeFormat(language, { month: 'long', timeZone: 'UTC' });
    return Array.from({ length: 12 }, (_, month) => {
      const name = format.format(Date.UTC(2001, month, 1)).toLowerCase();
      return [name, month] as const;
    });
  }),
);

const names = [...monthsByName.keys()].sort((one, other) => other.length - one.length).join('|');
const month = `(?<![\\p{L}\\p{M}])(${names})(?![\\p{L}\\p{M}])`;
const day = String.raw`(\d{1,2})(?:st|nd|rd|th|\.|er|º)?`;
const dayFirst = new RegExp(String.raw`(?<!\d)${day}\s+(?:of\s+|de\s+)?${month}`, 'iu');
const monthFirst = new RegExp(String.raw`${month}\s+${day}(?!\d)`, 'iu');
const monthYear = new RegExp(String.raw`${month},?\s+(?:de\s+|of\s+)?(?:19|20)\d\d(?!\d)`, 'iu');
const monthAlone = new RegExp(
  String.raw`(?:\b(?:in|on|of|since|until|by|during|this|last|next|early|mid|late|im|en|em|till)\s+)${month}`,
  'iu',
);
const anyYear = /(?<![\p{L}\d])((?:19|20)\d\d)(?![\p{L}\d])/u;
const isoDate = /(?<!\d)((?:19|20)\d\d)-(\d{2})(?:-(\d{2}))?(?!\d)/u;

/** The first date that the text names, if any. */
export function findDate(text: string): NamedDate | null {
  const iso = isoDate.exec(text);
  if (iso !== null) return { year: Number(iso[1]), month: Number(iso[2]) - 1, day: toDay(iso[3]) };
  const year = toNumber(anyYear.exec(text)?.[1]);
  const dayBefore = dayFirst.exec(text);
  if (dayBefore !== null) return { year, month: toMonth(dayBefore[2]), day: toDay(dayBefore[1]) };
  const dayAfter = monthFirst.exec(text);
  if (dayAfter !== null) return { year, month: toMonth(dayAfter[1]), day: toDay(dayAfter[2]) };
  const alone = monthYear.exec(text) ?? monthAlone.exec(text);
  if (alone !== null) return { year, month: toMonth(alone[1]), day: null };
  return year === null ? null : { year, month: null, day: null };
}

const toNumber = (digits: string | undefined) => (digits === undefined ? null : Number(digits));
const toDay = toNumber;
const toMonth = (name: string | undefined) => monthsByName.get(name?.toLowerCase() ?? '') ?? null;

export const toNamedDate = (at: Date): NamedDate => ({
  year: at.getUTCFullYear(),
  month: at.getUTCMonth(),
  day: at.getUTCDate(),
});

/** What is told of a day is told within this many days. */
const tellingDays = 10;

/**
 * How well what was said at a time fits the date of a question, in [0, 1]. People tell of a month until the next one,
 * and of a day in the days around it.
 */
export function matchDate(asked: NamedDate, said: NamedDate): number {
  if (asked.year !== null && said.year !== null && asked.year !== said.year) return 0;
  if (asked.month === null) return 0.2;
  if (said.month === (asked.month + 1) % 12) return asked.day === null ? 0.35 : 0.15;
  if (said.month !== asked.month) return 0;
  if (asked.day === null || said.day === null) return 0.7;
  return Math.max(0.3, 1 - Math.abs(asked.day - said.day) / tellingDays);
}
