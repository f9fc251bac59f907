import { useState } from 'react';
import { facetWords, signed, time } from '../../format.ts';
import { Empty, Tag } from '../../ui/parts.tsx';
import './timeline.css';

export interface PastInteraction {
  interaction_id: string;
  created_at: string;
  input_text: string;
  model_id: string;
  hypotheses: { id: string; question: string; confidence: number }[];
  event_id: string | null;
  selected_id: string | null;
  memories: { type: string; content: string }[];
  facet_deltas: Record<string, number> | null;
}

const initialCount = 8;

export function Timeline({ interactions }: { interactions: PastInteraction[] }) {
  const [visibleCount, setVisibleCount] = useState(initialCount);
  if (interactions.length === 0) return <Empty>This user was never shown hypotheses.</Empty>;
  return (
    <>
      <ol className="timeline">
        {interactions.slice(0, visibleCount).map((interaction) => (
          <li key={interaction.interaction_id}>
            <p className="note">
              {time(interaction.created_at)} · {interaction.model_id}
            </p>
            <p className="input-text">“{interaction.input_text}”</p>
            <ul className="past-hypotheses">
              {interaction.hypotheses.map(({ id, question, confidence }) => (
                <li key={id} className={id === interaction.selected_id ? 'selected' : undefined}>
                  <span>{question}</span>
                  <span className="note">
                    {id === interaction.selected_id ? 'picked · ' : ''}
                    {Math.round(confidence * 100)} %
                  </span>
                </li>
              ))}
            </ul>
            <SelectionOutcome interaction={interaction} />
          </li>
        ))}
      </ol>
      {interactions.length > visibleCount && (
        <button type="button" className="start" onClick={() => setVisibleCount(interactions.length)}>
          Show {interactions.length - visibleCount} more
        </button>
      )}
    </>
  );
}

function SelectionOutcome({ interaction }: { interaction: PastInteraction }) {
  if (interaction.event_id === null) return <p className="note">Left open: nothing was picked.</p>;
  const deltas = Object.entries(interaction.facet_deltas ?? {});
  return (
    <p className="learned-tags">
      {interaction.selected_id === null && <Tag>None of these</Tag>}
      {interaction.memories.map(({ type, content }) => (
        <Tag key={type + content}>{type === 'preference' ? content : `${type}: ${content}`}</Tag>
      ))}
      {deltas.map(([name, by]) => (
        <Tag key={name}>
          {facetWords[name] ?? name} {signed(by)}
        </Tag>
      ))}
    </p>
  );
}
