import type { Activity, Overview } from '../../routes/schemas.ts';
import { windows } from '../../routes/time-ranges.ts';

/** All counts added up, over models and time. */
export function sum(rows: Activity[]): Activity {
  const total = { ...nothing };
  for (const row of rows) for (const name of counted) total[name] += row[name];
  return total;
}

const counted = [
  ...(['shown', 'decided', 'picked', 'first_place'] as const),
  ...(['auto_advance', 'auto_decided', 'overridden'] as const),
];
const nothing = {
  ...{ bucket: 0, model_id: '', shown: 0, decided: 0, picked: 0, first_place: 0 },
  ...{ auto_advance: 0, auto_decided: 0, overridden: 0 },
};

/** The whole window, bucket by bucket; where nothing happened there are zeros. The last, unfinished one is left out. */
export function bucketsOf({ activity, bucket_seconds, at }: Overview): Activity[] {
  const window = Object.values(windows).find(({ bucketSeconds }) => bucketSeconds === bucket_seconds);
  const length = Math.round((window?.seconds ?? 900) / bucket_seconds);
  const end = Math.floor(at / 1000 / bucket_seconds) * bucket_seconds;
  const byBucket = Map.groupBy(activity, ({ bucket }) => bucket);
  return Array.from({ length }, (_, i) => {
    const bucket = end - (length - i) * bucket_seconds;
    return { ...sum(byBucket.get(bucket) ?? []), bucket };
  });
}
