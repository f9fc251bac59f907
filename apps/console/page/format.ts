/** For example "3 ms", "1.2 s", "4 min"; a dash for null. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–';
  if (seconds === 0) return '0';
  if (seconds < 0.0095) return `${(seconds * 1000).toFixed(1)} ms`;
  if (seconds < 0.95) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 90) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}

const numbers = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
export const number = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : numbers.format(value);

export const perSecond = (value: number) => number(value > 0 && value < 0.1 ? 0.1 : value);

/** `share` in [0, 1] as a percentage; a dash for an empty whole. */
export const share = (part: number, whole: number) =>
  whole > 0 ? `${Math.round((100 * part) / whole)} %` : '–';

const clock = new Intl.DateTimeFormat('en', {
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
});
export const time = (iso: string) => clock.format(new Date(iso));

export const facetWords: Record<string, string> = {
  concise: 'Concise',
  step_by_step: 'Step by step',
  code_first: 'Code first',
  formal: 'Formal',
};

/** For example "+0.02". */
export const signed = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(2)}`;
