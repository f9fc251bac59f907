import { Card, Loaded } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';
import { Explanation, findMaxPart } from './explanation.tsx';
import type { Interaction } from './types.ts';
import './hypotheses.css';

interface Props {
  interaction: Interaction;
  /** Undefined before the selection, null for none of these. */
  selectedId: string | null | undefined;
  onSelect(id: string | null): void;
}

export function Hypotheses({ interaction, selectedId, onSelect }: Props) {
  const isSelected = selectedId !== undefined;
  const weightsData = useData<{ weights: Record<string, number> }>(
    `/api/interactions/${interaction.interaction_id}/weights`,
  );
  return (
    <Card title="What may be meant" note={`proposed by ${interaction.model_id}`}>
      <Loaded data={weightsData}>
        {({ weights }) => (
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
                    className={hypothesis.id === selectedId ? 'primary' : undefined}
                    disabled={isSelected}
                    onClick={() => onSelect(hypothesis.id)}
                  >
                    {hypothesis.id === selectedId ? 'Picked' : 'Pick'}
                    <span className="hidden">: {hypothesis.question}</span>
                  </button>
                </div>
                <Explanation
                  {...{ hypothesis, weights }}
                  max={findMaxPart(interaction.hypotheses, weights)}
                />
              </li>
            ))}
          </ol>
        )}
      </Loaded>
      <button type="button" className="quiet start" disabled={isSelected} onClick={() => onSelect(null)}>
        {selectedId === null
          ? 'None of these was meant'
          : `None of these (${Math.round(interaction.none_confidence * 100)} %)`}
      </button>
    </Card>
  );
}
