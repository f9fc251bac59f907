import { expect, it } from 'vitest';
import { mismatchThreshold, sampleRatioEvidence } from './sample-ratio.ts';

// Each user multiplies the evidence by (500 × share + users of that variant before) / (500 + users before) / share.
it.each([
  ['nobody', [0, 0], [0.5, 0.5], 1],
  ['one user', [1, 0], [0.5, 0.5], 1],
  ['one user of each variant', [1, 1], [0.5, 0.5], 500 / 501],
  ['two users of the same variant', [2, 0], [0.5, 0.5], 502 / 501],
  ['two users of the only variant', [2], [1], 1],
  ['three of four users in a tenth', [1, 3], [0.9, 0.1], 22_100_000 / 21_084_251],
  ['three of five users in a hundredth', [2, 3], [0.99, 0.01], 31_000_000_000 / 18_786_067_641],
  ['nine users of three variants', [2, 3, 4], [0.2, 0.3, 0.5], 143_450_000_000 / 146_035_990_503],
])('reckons the evidence of %s', (_, assignments, shares, evidence) => {
  expect(sampleRatioEvidence(assignments, shares)).toBeCloseTo(evidence, 9);
});

it('stays exact to ten digits for a thousand users, of whom 20 have a variant for a hundredth', () => {
  expect(sampleRatioEvidence([1_000, 20], [0.99, 0.01])).toBeCloseTo(6.402_741_645_638, 10);
});

it('tells 154 users of a variant for a tenth, beside 900, from chance, and 153 not yet', () => {
  expect(sampleRatioEvidence([900, 153], [0.9, 0.1])).toBeCloseTo(908.555_97, 3);
  expect(sampleRatioEvidence([900, 154], [0.9, 0.1])).toBeCloseTo(1_187.616_62, 3);
  expect(mismatchThreshold).toBe(1_000);
});
