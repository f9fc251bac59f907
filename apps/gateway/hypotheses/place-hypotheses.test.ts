import type { Calibration } from '@learning-loop/learning/ranking/calibration';
import type { RankedCandidate } from '@learning-loop/learning/ranking/rank';
import { expect, test } from 'vitest';
import { placeHypotheses } from './place-hypotheses.ts';

const ranked = (confidences: number[]): RankedCandidate[] =>
  confidences.map((confidence, place) => ({
    candidate: { question: `question ${place + 1}`, rationale: '', prior: confidence },
    ...{ confidence, score: -place, features: {}, reasons: [] },
  }));

/** Equal weights for all, so that each chance can be reckoned. */
const calibration = (none: number, outcomes: number): Calibration => ({
  points: Array.from({ length: 24 }, (_, i) => ({ raw: i / 24, log_weight: 0 })),
  ...{ none, outcomes },
});

const selection = (chosen: boolean) => ({
  ...{ input_text: 'build api', at: new Date('2026-11-01T00:00:00Z') },
  shown: [{ question: 'question 1', chosen, raw_confidence: 0.5 }],
});
const selections = (count: number, chosen = true) => Array.from({ length: count }, () => selection(chosen));

interface Placed {
  confidences: number[];
  tenant?: Calibration;
  past?: ReturnType<typeof selections>;
  explorationRate?: number;
  autoAdvanceThreshold?: number;
}

const place = ({
  confidences,
  tenant = calibration(0.1, 40),
  past = [],
  explorationRate = 0,
  ...said
}: Placed) =>
  placeHypotheses(
    { explorationRate, autoAdvanceThreshold: said.autoAdvanceThreshold ?? 0.8 },
    { ranked: ranked(confidences), profile: { selections: past }, tenant: { calibration: tenant } },
  );

test('confidences are calibrated by the tenant, to four digits, and add up to 1 with that of none', () => {
  const { hypotheses, none_confidence, recommended_id } = place({ confidences: [0.6, 0.3, 0.1] });
  expect(hypotheses.map(({ id, question, confidence }) => [id, question, confidence])).toEqual([
    ['h1', 'question 1', 0.3],
    ['h2', 'question 2', 0.3],
    ['h3', 'question 3', 0.3],
  ]);
  expect(hypotheses.map(({ raw_confidence }) => raw_confidence)).toEqual([0.6, 0.3, 0.1]);
  expect(none_confidence).toBeCloseTo(0.1, 9);
  expect(recommended_id).toBe('h1');
  const thirds = place({ confidences: [0.6, 0.3, 0.1], tenant: calibration(0, 40) });
  expect(thirds.hypotheses.map(({ confidence }) => confidence)).toEqual([0.3333, 0.3333, 0.3333]);
});

test('what is swapped to be explored stays the recommendation, at its new place', () => {
  const { hypotheses, recommended_id } = place({ confidences: [0.9, 0.1], explorationRate: 1 });
  expect(hypotheses.map(({ question, propensity }) => [question, propensity])).toEqual([
    ['question 2', 1],
    ['question 1', 1],
  ]);
  expect(recommended_id).toBe('h2');
  const steep = calibration(0.1, 40);
  for (const [i, point] of steep.points.entries()) point.log_weight = i;
  const advanced = place({ confidences: [0.9, 0.1], tenant: steep, past: selections(2), explorationRate: 1 });
  expect(advanced.hypotheses.map(({ confidence }) => confidence > 0.8)).toEqual([false, true]);
  expect(advanced.auto_advance, 'by its own confidence').toBe(true);
});

test.each([
  ['40 outcomes of the tenant: its own chance of none', calibration(0.2, 40), selections(2), 0.8],
  ['39 of them: with the two selections of the user', calibration(0.2, 39), selections(2), 0.8333],
  ['none of these was selected twice', calibration(0.2, 39), selections(2, false), 0.6667],
  ['39, and a user who has selected nothing', calibration(0.2, 39), [], 0.8],
])('%s', (_what, tenant, past, expected) => {
  const { hypotheses } = place({ confidences: [1], tenant, past });
  expect(hypotheses[0]?.confidence).toBe(expected);
});

test.each([
  [calibration(0.2, 40), 2, 0.8, true],
  [calibration(0.2, 40), 2, 0.8001, false],
  [calibration(0.2, 40), 1, 0.8, false],
  [calibration(0.2, 38), 2, 0.8, true],
  [calibration(0.2, 37), 2, 0.8, false],
])(
  'after %o and %i selections of the user a threshold of %d advances: %s',
  (tenant, count, threshold, expected) => {
    const past = selections(count);
    const { auto_advance } = place({ confidences: [1], tenant, past, autoAdvanceThreshold: threshold });
    expect(auto_advance).toBe(expected);
  },
);
