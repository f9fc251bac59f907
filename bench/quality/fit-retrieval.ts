/**
 * `pnpm fit:retrieval`: fits the weights of retrieval to the dialogues of `data/dialogues.txt`, which are ours, and writes
 * them. How much they are shrunk is what serves the one dialogue best when the weights come from the other.
 */
import { writeFileSync } from 'node:fs';
import { toConversation } from '@learning-loop/learning/memories/retrieval/conversation';
import {
  computeFeatures,
  type Features,
  shippedWeights,
  type Weights,
  weigh,
} from '@learning-loop/learning/memories/retrieval/score';
import { fitLogit } from 'trainer/ranker/conditional-logit';
import { type TrainingExample, toExamples } from 'trainer/ranker/examples';
import { type Dialogue, readDialogues } from './dialogues.ts';

const weightsPath = new URL('../../packages/learning/memories/retrieval/weights.json', import.meta.url);
const ridges = [1, 3, 10, 30, 100, 300];
const firstPlaces = 10;

interface Case {
  features: Features;
  evidence: number[];
  count: number;
}

const parts = readDialogues().map(toCases);
/** Of equal ones the strongest. */
const ridge = ridges.reduce((best, other) => (crossValidate(other) >= crossValidate(best) ? other : best));
const weights = fitWeights(parts.flat(), ridge);
const highest = Math.max(...parts.flat().flatMap((one) => scoreEvidence(one, weights)));
const rounded = Object.fromEntries(Object.entries(weights).map(([name, weight]) => [name, round(weight)]));
writeFileSync(weightsPath, `${JSON.stringify({ highest: round(highest), weights: rounded }, null, 2)}\n`);
process.stdout.write(
  `${parts.flat().length} questions; shrunk by ${ridge}; recall@${firstPlaces} of the other dialogue ${(
    100 * crossValidate(ridge)
  ).toFixed(1)} %\n`,
);

function toCases({ memories, questions }: Dialogue): Case[] {
  const conversation = toConversation(memories);
  return questions.map(({ text, evidence }) => ({
    features: computeFeatures(text, conversation, { closest: memories.length }),
    evidence,
    count: memories.length,
  }));
}

/** One example for each turn that answers, without the other answers. */
function toTrainingExamples({ features, evidence, count }: Case): TrainingExample[] {
  const rows = Array.from({ length: count }, (_, i) =>
    Object.fromEntries(Object.entries(features).map(([name, values]) => [name, values[i] ?? 0])),
  );
  return evidence.map((answer) => ({
    user: '',
    hypotheses: rows.flatMap((row, i) =>
      i !== answer && evidence.includes(i)
        ? []
        : [{ position: 1, propensity: 1, features: row, selected: i === answer }],
    ),
  }));
}

function fitWeights(cases: Case[], strength: number): Weights {
  const examples = toExamples(cases.flatMap(toTrainingExamples));
  const { coefficients } = fitLogit(examples, {
    prior: new Float64Array(examples.names.length),
    ridge: strength,
    weights: new Float64Array(examples.starts.length - 1).fill(1),
    withPositions: false,
  });
  const byName = Object.fromEntries(examples.names.map((name, k) => [name, coefficients[k] ?? 0]));
  return Object.assign({ ...shippedWeights }, byName);
}

/** Mean share of the answers among the first ten, each dialogue with the weights of the others. */
function crossValidate(strength: number): number {
  const shares = parts.flatMap((part) => {
    const learned = fitWeights(parts.filter((other) => other !== part).flat(), strength);
    return part.map((one) => {
      const scores = weigh(one.features, one.count, learned);
      const least = scores.toSorted().at(-firstPlaces) ?? 0;
      return one.evidence.filter((place) => (scores[place] ?? 0) >= least).length / one.evidence.length;
    });
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

function scoreEvidence({ features, evidence, count }: Case, by: Weights): number[] {
  const scores = weigh(features, count, by);
  return evidence.map((place) => scores[place] ?? 0);
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
