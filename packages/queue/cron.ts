import { CronExpressionParser } from 'cron-parser';

/** Whether the text is a cron expression of five or six fields, or such as `@daily`, that comes true some day. */
export function isCron(text: string): boolean {
  const fields = text.trim().split(/\s+/);
  if (!text.startsWith('@') && ![5, 6].includes(fields.length)) return false;
  try {
    CronExpressionParser.parse(text, { tz: 'UTC' }).next();
    return true;
  } catch {
    return false;
  }
}
