import {
  applyCalibration,
  autoAdvance,
  type CalibrationOutcome,
  expectedCalibrationError,
  fitCalibration,
} from '@learning-loop/learning/ranking/calibration';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import tastes from './data/tastes.json' with { type: 'json' };
import { type Metric, percent } from './metric.ts';
import { numbersFrom, sample } from './random.ts';
import { type Case, toPastSelection, toRankInput } from './ranking.ts';
import { toRankingMetric } from './ranking-metrics.ts';

const users = 120;
const selectionsPerUser = 41;
const candidatesShown = 4;
/** Higher than the default, so that the figure stays comparable with those of earlier versions. */
const threshold = 0.85;
/** Noise in a simulated selection, relative to a preference of 1. */
const noiseScale = 0.25;

interface SimulatedCase extends Case {
  selectionCount: number;
}

/** Users with hidden preferences, which must be learned from their selections alone. */
export function measurePopulation(): Metric[] {
  const cases = Array.from({ length: users }, (_, user) => simulateUser(numbersFrom(1000 + user))).flat();
  const hits = [0, 1, 5, 20].map((selectionCount) =>
    toRankingMetric(
      `Simulated users, selections before: ${selectionCount}`,
      cases.filter((one) => one.selectionCount === selectionCount),
    ),
  );
  return [...hits, ...measureConfidence(cases)];
}

/** One user: prefers one value of each kind, and selects by that with some noise. */
function simulateUser(random: () => number): SimulatedCase[] {
  const preferences = new Map(tastes.kinds.map(({ kind, values }) => [kind, sample(values, random).value]));
  const selections: PastSelection[] = [];
  return Array.from({ length: selectionsPerUser }, (_, selectionCount) => {
    const { kind, values } = sample(tastes.kinds, random);
    const request = sample(tastes.kinds.find((one) => one.kind === kind)?.requests ?? [], random);
    const candidates = values
      .slice(0, candidatesShown)
      .map(({ value, phrases }) => ({ value, text: sample(phrases, random) }));
    const utilities = candidates.map(
      ({ value }) => (preferences.get(kind) === value ? 1 : 0) + noiseScale * gumbel(random),
    );
    const selectedIndex = utilities.indexOf(Math.max(...utilities));
    const texts = candidates.map(({ text }) => text);
    const simulated = {
      selectionCount,
      answer: texts[selectedIndex] ?? '',
      input: toRankInput(request, texts, [...selections]),
    };
    selections.unshift(toPastSelection(request, texts, selectedIndex));
    return simulated;
  });
}

/** Standard Gumbel noise: selections then follow a softmax of the utilities. */
function gumbel(random: () => number): number {
  return -Math.log(-Math.log(Math.max(random(), 1e-12)));
}

/** All confidences before and after calibration on the first half, and auto-advance. */
function measureConfidence(cases: SimulatedCase[]): Metric[] {
  const half = Math.floor(cases.length / 2);
  const calibration = fitCalibration(cases.slice(0, half).map(toOutcome));
  const later = cases.slice(half).map((one) => ({ ...one, ...toOutcome(one) }));
  const raw = later.flatMap((one) => toPairs(one, one.confidences));
  const calibrated = later.flatMap((one) => toPairs(one, applyCalibration(calibration, one.confidences)));
  const acted = later.flatMap(({ confidences, selected, selectionCount: selections }) => {
    const [confidence = 0] = applyCalibration(calibration, confidences);
    return autoAdvance(confidence, { outcomes: calibration.outcomes, selections }, threshold)
      ? [selected === 0]
      : [];
  });
  return [
    {
      measure: 'Calibration error (ECE) after calibration',
      value: expectedCalibrationError(calibrated).toFixed(3),
      cases: calibrated.length,
      against: `before ${expectedCalibrationError(raw).toFixed(3)}; goal ≤ 0.05`,
    },
    {
      measure: 'Auto-advance precision',
      value: acted.length === 0 ? 'never acted' : percent(acted.filter(Boolean).length / acted.length),
      cases: acted.length,
      against: `acted in ${percent(acted.length / later.length)}; threshold 85 %`,
    },
  ];
}

function toOutcome({ input, answer }: SimulatedCase): CalibrationOutcome {
  const ranked = rank(input);
  return {
    confidences: ranked.map(({ confidence }) => confidence),
    selected: ranked.findIndex(({ candidate }) => candidate.question === answer),
    weight: 1,
  };
}

const toPairs = ({ selected }: CalibrationOutcome, confidences: readonly number[]) =>
  confidences.map((confidence, i) => ({ confidence, selected: i === selected }));
