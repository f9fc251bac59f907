import { Type } from 'typebox';
import { type Metric, percent } from '../metric.ts';
import { bootstrapByUser, type Interval } from './bootstrap-users.ts';
import { createCounts, type Line, type Prediction } from './counts.ts';
import { readData } from './read-data.ts';
import { type Replayed, replay } from './replay.ts';

const RecordedSelection = Type.Object({
  user_id: Type.String(),
  input_text: Type.String(),
  candidates: Type.Array(Type.String()),
  selected_index: Type.Integer(),
});

const files = [
  { name: 'Brands bought again and again', file: 'choices-brands.jsonl' },
  { name: 'Train journeys that only numbers tell apart', file: 'choices-numbers.jsonl' },
];

/** Users who select again and again, in the order of the file: first places, log-loss and auto-advance. */
export function measureRepeatedSelections(data: string): Metric[] {
  return files.flatMap(({ name, file }) => measureFile(name, readData(data, file, RecordedSelection)));
}

/** How good each way to predict is, line by line. */
interface Scores {
  /** 1 if the selected candidate came first; ties share. */
  first: number[];
  /** −ln of the chance of the selected candidate. */
  loss: number[];
}

function measureFile(name: string, lines: Line[]): Metric[] {
  const replayed = replay(lines);
  const ours = scoreReplay(lines, replayed);
  const others = {
    ...scoreCounts(lines),
    'even odds': score(lines, ({ candidates }) => candidates.map(() => 1 / candidates.length)),
    off: scoreReplay(lines, replay(lines, { learning: false })),
  };
  const users = lines.map(({ user_id }) => user_id);
  const row = (measure: string, kind: keyof Scores, format: (value: number) => string) => ({
    measure: `${name}: ${measure}`,
    value: formatInterval(bootstrapByUser(ours[kind], users), format),
    cases: lines.length,
    against: Object.entries(others)
      .map(([other, scores]) => `${other} ${format(meanOf(scores[kind]))}`)
      .join('; '),
  });
  return [
    row('selected first', 'first', percent),
    row('log-loss', 'loss', (loss) => loss.toFixed(3)),
    measureAutoAdvance(name, replayed),
  ];
}

function measureAutoAdvance(name: string, replayed: Replayed[]): Metric {
  const acted = replayed.filter(({ auto_advance }) => auto_advance);
  const right = acted.filter(({ first }) => first).length;
  return {
    measure: `${name}: auto-advance`,
    value: acted.length === 0 ? 'never acted' : `right ${percent(right / acted.length)}`,
    cases: acted.length,
    against: `acted in ${percent(acted.length / replayed.length)}; goal ≥ 90 %`,
  };
}

function scoreReplay(lines: Line[], replayed: Replayed[]): Scores {
  return {
    first: replayed.map(({ first }) => Number(first)),
    loss: lines.map(({ selected_index }, i) => toLoss(replayed[i]?.confidences[selected_index])),
  };
}

function scoreCounts(lines: Line[]) {
  const counts = createCounts();
  const predicted = lines.map((line) => {
    const prediction = counts.predict(line);
    counts.learn(line);
    return prediction;
  });
  const scoreOf = (kind: 'own' | 'popularity') => score(lines, (_, i) => predicted[i]?.[kind] ?? []);
  return { 'own counts': scoreOf('own'), popularity: scoreOf('popularity') };
}

function score(lines: Line[], predict: (line: Line, i: number) => Prediction): Scores {
  const predictions = lines.map((line, i) => ({ ...line, chances: predict(line, i) }));
  return {
    first: predictions.map(({ chances, selected_index }) => {
      const best = Math.max(...chances);
      const ties = chances.filter((chance) => chance === best).length;
      return chances[selected_index] === best ? 1 / ties : 0;
    }),
    loss: predictions.map(({ chances, selected_index }) => toLoss(chances[selected_index])),
  };
}

const toLoss = (chance = 0) => -Math.log(Math.max(1e-4, chance));

const formatInterval = ({ mean, low, high }: Interval, format: (value: number) => string) =>
  `${format(mean)} (${format(low)} to ${format(high)})`;

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
