import { createHash } from 'node:crypto';
import { extractPreferences } from '@learning-loop/learning/memories/extract';
import { Type } from 'typebox';
import type { Metric } from '../metric.ts';
import { readLines } from '../read-lines.ts';
import { formatShare } from './bootstrap.ts';
import { readData } from './read-data.ts';

const Statement = Type.Object({ preference: Type.String() });

/** A thing is the places of the words that must stand in a memory of it, counted from 0. */
const Things = Type.Array(Type.Array(Type.Integer()));
const Labels = Type.Object({ statement: Type.String(), likes: Things, dislikes: Things });
type Labels = Type.Static<typeof Labels>;

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 16);

/**
 * Of statements of people's preferences (PrefEval) every fifth is labelled by hand. A memory is right if it has the
 * polarity of a labelled thing and all of its words; a statement is found if one memory is right and none is wrong.
 */
export function measureStatements(data: string): Metric[] {
  const statements = [
    ...new Set(readData(data, 'preferences-one-pick.jsonl', Statement).map(({ preference }) => preference)),
  ];
  const labels = new Map(readLines('data/statement-labels.jsonl', Labels).map((one) => [one.statement, one]));
  const results = statements.flatMap((text) => {
    const label = labels.get(digest(text));
    return label === undefined ? [] : [compare(text, label)];
  });
  const memories = results.flatMap(
    ({ right, wrong }) => [...Array(right).fill(1), ...Array(wrong).fill(0)] as number[],
  );
  const learnedFrom = statements.map((text) => Number(extractPreferences('', text).length > 0));
  return [
    {
      measure: 'Preferences from statements (PrefEval): precision, polarity and thing',
      value: formatShare(memories),
      cases: memories.length,
      against: 'before: none of 2; goal ≥ 90 %',
    },
    {
      measure: 'Preferences from statements (PrefEval): recall, statements found',
      value: formatShare(results.map(({ right, wrong }) => Number(right > 0 && wrong === 0))),
      cases: results.length,
      against: 'before: 0 %; goal ≥ 60 %',
    },
    {
      measure: 'Preferences from statements (PrefEval): statements that teach something, right or wrong',
      value: formatShare(learnedFrom),
      cases: learnedFrom.length,
      against: 'before: 6.0 %',
    },
  ];
}

function compare(text: string, { likes, dislikes }: Labels): { right: number; wrong: number } {
  const words = text.split(/\s+/u).map(plain);
  const toWords = (things: number[][]) => things.map((places) => places.map((place) => words[place] ?? ''));
  const labelled = { like: toWords(likes), dislike: toWords(dislikes) };
  const memories = extractPreferences('', text);
  const right = memories.filter(({ content, polarity }) => {
    const learned = new Set(content.split(/\s+/u).map(plain));
    return labelled[polarity].some((thing) => thing.every((word) => learned.has(word)));
  }).length;
  return { right, wrong: memories.length - right };
}

const plain = (word: string) => word.toLowerCase().replaceAll(/^\P{L}+|[^\p{L}\p{N}]+$/gu, '');
