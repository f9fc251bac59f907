import { existsSync } from 'node:fs';
import { type Metric, toTable } from '../metric.ts';
import { measureEvidence } from './evidence.ts';
import { measureGoals } from './goals.ts';
import { measureHypotheses } from './hypotheses.ts';
import { measureLanguages } from './languages.ts';
import { measureLikings } from './likings.ts';
import { measureOneSelection, measureTold } from './one-selection.ts';
import { measurePrompts } from './prompts.ts';
import { measureRepeatedSelections } from './repeated-selections.ts';
import { measureStatements } from './statements.ts';

/** Each reads its files from the directory; none looks at data that another measure is tuned on. */
const measures: ((data: string) => Metric[] | Promise<Metric[]>)[] = [
  measureLikings,
  measureStatements,
  measureGoals,
  measureHypotheses,
  measureOneSelection,
  measureTold,
  measureRepeatedSelections,
  measureEvidence,
  measurePrompts,
  measureLanguages,
];

/** The table of what is measured on texts and selections of other people. */
export async function measureReal(directory: string): Promise<string> {
  if (!existsSync(directory)) throw new Error(`--data ${directory}: no such directory`);
  const metrics: Metric[] = [];
  for (const measure of measures) metrics.push(...(await measure(directory)));
  return toTable(metrics);
}
