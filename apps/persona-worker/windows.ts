import { type UserKey, userKey } from '@learning-loop/db/user-key';

/** Groups what each user did within so many milliseconds of a first deed; each group and the groups in order of time. */
export function windowsOf<T extends UserKey & { occurred_at: string }>(deeds: T[], windowMs: number): T[][] {
  const ordered = deeds.toSorted((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
  return [...Map.groupBy(ordered, userKey).values()].flatMap((ofUser) => {
    const windows: T[][] = [];
    for (const deed of ofUser) {
      const current = windows.at(-1);
      if (current !== undefined && isWithin(current[0], deed, windowMs)) current.push(deed);
      else windows.push([deed]);
    }
    return windows;
  });
}

function isWithin(
  first: { occurred_at: string } | undefined,
  deed: { occurred_at: string },
  windowMs: number,
): boolean {
  return first !== undefined && Date.parse(deed.occurred_at) - Date.parse(first.occurred_at) <= windowMs;
}
