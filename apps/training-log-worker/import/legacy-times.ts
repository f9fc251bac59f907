const pattern =
  /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2})(:\d{2})?(?:[.,](\d+))?\s*(?:([Zz]|UTC|GMT)|([+-]\d{2}):?(\d{2})?)?$/;

/** Beyond it a number is milliseconds: in seconds it would be after the year 5000. */
const maxSeconds = 1e11;
/** 1973: a smaller number is no time of a log. */
const minSeconds = 1e8;

/**
 * ISO 8601 in UTC with milliseconds, of what Python writes: with or without a zone, with a blank in place of the T, or as
 * seconds or milliseconds since 1970. A time without a zone is taken as UTC. Undefined if it is no time.
 */
export function toTimestamp(value: string | number): string | undefined {
  if (typeof value === 'number') return fromNumber(value);
  const [, day, minute, second = ':00', fraction = '', utc, hours, minutes = '00'] =
    pattern.exec(value) ?? [];
  if (day === undefined || !isDay(day)) return undefined;
  const zone = utc !== undefined || hours === undefined ? 'Z' : `${hours}:${minutes}`;
  return format(Date.parse(`${day}T${minute}${second}.${fraction.slice(0, 3).padEnd(3, '0')}${zone}`));
}

function fromNumber(value: number): string | undefined {
  if (!(value >= minSeconds)) return undefined;
  return format(value < maxSeconds ? Math.round(value * 1_000) : Math.round(value));
}

/** Date.parse takes 30 February for 2 March. */
function isDay(day: string): boolean {
  return format(Date.parse(`${day}T00:00:00Z`))?.startsWith(day) ?? false;
}

function format(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9_999 ? undefined : date.toISOString();
}
