import type { Hypothesis } from './types.ts';

const words: Record<string, string> = {
  prior: 'likely for anybody',
  own_utility: 'what you select again and again',
  tenant_utility: 'what others select again and again',
  chosen_terms: 'same words as chosen before',
  chosen_words: 'like what was chosen before',
  chosen_direction: 'in the direction of earlier choices',
  chosen_embedding: 'in meaning like what was chosen before',
  goal_embedding: 'in meaning like a goal',
  preference_embedding: 'in meaning like a preference',
  tenant_terms: 'same words as others chose',
  tenant_words: 'like what others chose',
  tenant_direction: 'in the direction of others’ choices',
  request: 'near the request',
  goal: 'fits a goal',
  preference: 'fits a preference',
  persona: 'fits the persona',
};

type Weights = Record<string, number>;

/** Contributions to the score, largest first; negligible ones are left out. */
function toParts({ features }: Hypothesis, weights: Weights): { name: string; by: number }[] {
  return Object.entries(features)
    .map(([name, value]) => ({ name, by: value * (weights[name] ?? 0) }))
    .filter(({ by }) => Math.abs(by) >= 0.005)
    .sort((a, b) => Math.abs(b.by) - Math.abs(a.by));
}

/** Scale of the bars. */
export function findMaxPart(hypotheses: Hypothesis[], weights: Weights): number {
  return Math.max(0.25, ...hypotheses.flatMap((one) => toParts(one, weights).map(({ by }) => Math.abs(by))));
}

export function Explanation(props: { hypothesis: Hypothesis; weights: Weights; max: number }) {
  const { hypothesis, weights, max } = props;
  const parts = toParts(hypothesis, weights);
  const total = parts.reduce((sum, { by }) => sum + by, 0);
  // Another model has other weights: contributions that do not add up to the score are not shown.
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
                style={{ width: `${(100 * Math.abs(by)) / max}%` }}
              />
            </span>
            <span className="num">{`${by < 0 ? '−' : '+'}${Math.abs(by).toFixed(2)}`}</span>
          </li>
        ))}
      </ul>
      {(hypothesis.reasons ?? []).map((reason) => (
        <p key={reason} className="note">
          {reason}
        </p>
      ))}
    </details>
  );
}
