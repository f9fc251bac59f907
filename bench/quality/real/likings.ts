import { extractPreferences } from '@learning-loop/learning/memories/extract';
import { Type } from 'typebox';
import type { Metric } from '../metric.ts';
import { formatShare } from './bootstrap.ts';
import { readData } from './read-data.ts';

const Request = Type.Object({ text: Type.String() });

/** How many everyday requests, none of which states a lasting preference, teach one (CLINC150). */
export function measureLikings(data: string): Metric[] {
  const requests = readData(data, 'requests-everyday.jsonl', Request);
  const wrong = requests.map(({ text }) => Number(extractPreferences(text, text).length > 0));
  return [
    {
      measure: 'Preferences learned from everyday requests that state none, typed or selected',
      value: formatShare(wrong),
      cases: requests.length,
      against: 'before: 0.9 %; goal ≤ 0.2 %',
    },
  ];
}
