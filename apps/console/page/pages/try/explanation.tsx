import type { Hypothesis } from './types.ts';

const words: Record<string, string> = {
  prior: 'likely for anybody',
  chosen_terms: 'same words as chosen before',
  chosen_words: 'like what was chosen before',
  chosen_direction: 'in the direction of earlier choices',
  tenant_terms: 'same words as others chose',
  tenant_words: 'like what others chose',
  tenant_direction: 'in the direction of others’ choices',
  request: 'near the request',
  goal: 'fits a goal',
  preference: 'fits a preference',
  persona: 'fits the persona',
};

type Weights = Record<string, number>;

/** What each feature adds to the score, the greatest first; what adds next to nothing is left out. */
function partsOf({ features }: Hypothesis, weightOf: Weights): { name: string; by: number }[] {
  return Object.entries(features)
    .map(([name, value]) => ({ name, by: value * (weightOf[name] ?? 0) }))
    .filter(({ by }) => Math.abs(by) >= 0.005)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

/** The greatest part of any of the scores: the length of the longest bar. */
export function greatestPart(hypotheses: Hypothesis[], weightOf: Weights): number {
  return Math.max(0.25, ...hypotheses.flatMap((one) => partsOf(one, weightOf).map(({ by }) => Math.abs(by))));
}

/** A score's parts as bars: what speaks for the hypothesis, and in another colour what speaks against it. */
export function Explanation(props: { hypothesis: Hypothesis; weightOf: Weights; greatest: number }) {
  const { hypothesis, weightOf, greatest } = props;
  const parts = partsOf(hypothesis, weightOf);
  const total = parts.reduce((sum, { by }) => sum + by, 0);
  // Another model has other weights: what would not add up is not shown as if it did.
  if (Math.abs(total - hypothesis.score) > 0.05)
    return <p className="note">Score {hypothesis.score.toFixed(2)}</p>;
  return (
    <details open>
      <summary>Score {hypothesis.score.toFixed(2)}</summary>
      <ul className="score">
        {parts.map(({ name, by }) => (
          <li key={name}>
            <span>{words[name] ?? name}</span>
            <span className="bar">
              <span
                className={by < 0 ? 'against' : undefined}
                style={{ width: `${(100 * Math.abs(by)) / greatest}%` }}
              />
            </span>
            <span className="num">{`${by < 0 ? '−' : '+'}${Math.abs(by).toFixed(2)}`}</span>
          </li>
        ))}
      </ul>
    </details>
  );
}
