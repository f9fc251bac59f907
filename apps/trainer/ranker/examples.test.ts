import { expect, it } from 'vitest';
import { type ExampleHypothesis, forEachInteraction, type TrainingExample, toExamples } from './examples.ts';

const hypothesis = (
  features: Record<string, number>,
  position: number,
  selected = false,
): ExampleHypothesis => ({ position, propensity: position / 10, features, selected });

const examples: TrainingExample[] = [
  { user: 'ada', hypotheses: [hypothesis({ goal: 1, b: 2 }, 1), hypothesis({ b: 3 }, 2, true)] },
  { user: 'bob', hypotheses: [hypothesis({ a: 4 }, 3, true), hypothesis({}, 4), hypothesis({ goal: 5 }, 5)] },
  { user: 'ada', hypotheses: [hypothesis({ a: 6 }, 6, true)] },
];

it('lays interactions out as rows: features by name with 0 where one is missing, users by first appearance', () => {
  expect(toExamples(examples)).toEqual({
    names: ['a', 'b', 'goal'],
    values: Float64Array.of(
      ...[0, 2, 1],
      ...[0, 3, 0],
      ...[4, 0, 0],
      ...[0, 0, 0],
      ...[0, 0, 5],
      ...[6, 0, 0],
    ),
    positions: Uint8Array.of(1, 2, 3, 4, 5, 6),
    propensities: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
    starts: Uint32Array.of(0, 2, 5, 6),
    selected: Uint32Array.of(1, 2, 5),
    users: Uint32Array.of(0, 1, 0),
  });
});

it('takes the features that it is told, in their order', () => {
  const { names, values } = toExamples(examples.slice(0, 1), ['goal', 'unknown', 'b']);
  expect(names).toEqual(['goal', 'unknown', 'b']);
  expect([...values]).toEqual([1, 0, 2, 0, 0, 3]);
});

it('refuses an interaction without a selection, and names it', () => {
  const rejected = { user: 'bob', hypotheses: [hypothesis({}, 1), hypothesis({}, 2)] };
  expect(() => toExamples([...examples, rejected])).toThrow(new RangeError('display 3 has no pick'));
});

it('visits each interaction once with its first row and the row after its last', () => {
  const visits: number[][] = [];
  forEachInteraction(toExamples(examples), (...visit) => visits.push(visit));
  expect(visits).toEqual([
    [0, 0, 2],
    [1, 2, 5],
    [2, 5, 6],
  ]);
});
