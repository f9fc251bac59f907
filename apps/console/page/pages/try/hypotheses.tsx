import { Card, Loaded } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';
import { Explanation, greatestPart } from './explanation.tsx';
import type { Interaction } from './types.ts';
import './hypotheses.css';

interface Props {
  interaction: Interaction;
  /** Undefined before anything is picked, null for none of these. */
  chosen: string | null | undefined;
  onPick(id: string | null): void;
}

/** What was shown, likeliest first, and why in this order. */
export function Hypotheses({ interaction, chosen, onPick }: Props) {
  const picked = chosen !== undefined;
  const weights = useData<{ weights: Record<string, number> }>(
    `/api/interactions/${interaction.interaction_id}/weights`,
  );
  return (
    <Card title="What may be meant" note={`proposed by ${interaction.model_id}`}>
      <Loaded data={weights}>
        {({ weights: weightOf }) => (
          <ol className="hypotheses">
            {interaction.hypotheses.map((hypothesis) => (
              <li key={hypothesis.id}>
                <div className="hypothesis">
                  <div>
                    <p className="question">{hypothesis.question}</p>
                    <p className="note">{hypothesis.rationale}</p>
                  </div>
                  <p className="confidence">{Math.round(hypothesis.confidence * 100)} %</p>
                  <button
                    type="button"
                    className={hypothesis.id === chosen ? 'primary' : undefined}
                    disabled={picked}
                    onClick={() => onPick(hypothesis.id)}
                  >
                    {hypothesis.id === chosen ? 'Picked' : 'Pick'}
                    <span className="hidden">: {hypothesis.question}</span>
                  </button>
                </div>
                <Explanation
                  {...{ hypothesis, weightOf }}
                  greatest={greatestPart(interaction.hypotheses, weightOf)}
                />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      <button type="button" className="quiet start" disabled={picked} onClick={() => onPick(null)}>
        {chosen === null ? 'None of these was meant' : 'None of these'}
      </button>
    </Card>
  );
}
