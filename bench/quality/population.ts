import {
  applyCalibration,
  autoAdvance,
  type CalibrationOutcome,
  expectedCalibrationError,
  fitCalibration,
} from '@learning-loop/learning/ranking/calibration';
import { type PastSelection, rank } from '@learning-loop/learning/ranking/rank';
import tastes from './data/tastes.json' with { type: 'json' };
import { type Figure, percent } from './metric.ts';
import { numbersFrom, pick } from './random.ts';
import { askedWith, type Case, choiceOf } from './ranking.ts';
import { rankingFigure } from './ranking-metrics.ts';

const users = 120;
const picksEach = 41;
const shownAtOnce = 4;
/** How much chance there is in a simulated pick, against a taste of 1. */
const whim = 0.25;

interface Met extends Case {
  picks: number;
}

/** Users with tastes that nobody tells the engine: what it learns of them from their picks alone. */
export function populationFigures(): Figure[] {
  const met = Array.from({ length: users }, (_, user) => lifeOf(numbersFrom(1000 + user))).flat();
  const hits = [0, 1, 5, 20].map((picks) =>
    rankingFigure(
      `Simulated users, selections before: ${picks}`,
      met.filter((one) => one.picks === picks),
    ),
  );
  return [...hits, ...confidenceFigures(met)];
}

/** One user: a hidden liking for one value of each kind of taste, and picks by it, with some whim. */
function lifeOf(random: () => number): Met[] {
  const liking = new Map(tastes.kinds.map(({ kind, values }) => [kind, pick(values, random).value]));
  const choices: PastSelection[] = [];
  return Array.from({ length: picksEach }, (_, picks) => {
    const { kind, values } = pick(tastes.kinds, random);
    const request = pick(tastes.kinds.find((one) => one.kind === kind)?.requests ?? [], random);
    const options = values
      .slice(0, shownAtOnce)
      .map(({ value, phrases }) => ({ value, text: pick(phrases, random) }));
    const wanted = options.map(({ value }) => (liking.get(kind) === value ? 1 : 0) + whim * gumbel(random));
    const chosen = wanted.indexOf(Math.max(...wanted));
    const texts = options.map(({ text }) => text);
    const met = { picks, answer: texts[chosen] ?? '', input: askedWith(request, texts, [...choices]) };
    choices.unshift(choiceOf(request, texts, chosen));
    return met;
  });
}

/** Standard Gumbel noise: picks then follow a softmax of the likings. */
function gumbel(random: () => number): number {
  return -Math.log(-Math.log(Math.max(random(), 1e-12)));
}

/** Confidences of all that was shown, before and after calibration on the first half; and acting without asking. */
function confidenceFigures(met: Met[]): Figure[] {
  const half = Math.floor(met.length / 2);
  const calibration = fitCalibration(met.slice(0, half).flatMap(outcomesOf));
  const later = met.slice(half);
  const raw = later.flatMap(outcomesOf);
  const calibrated = raw.map((one) => ({
    ...one,
    confidence: applyCalibration(calibration, one.confidence),
  }));
  const acted = later.flatMap((one) => {
    const [best] = rank(one.input);
    const confidence = applyCalibration(calibration, best?.confidence ?? 0);
    return autoAdvance(confidence, one.picks) ? [best?.candidate.question === one.answer] : [];
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

function outcomesOf({ input, answer }: Met): CalibrationOutcome[] {
  return rank(input).map(({ candidate, confidence }) => ({
    confidence,
    selected: candidate.question === answer,
  }));
}
