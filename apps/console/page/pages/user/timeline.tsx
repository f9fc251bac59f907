import { useState } from 'react';
import { facetWords, signed, time } from '../../format.ts';
import { Empty, Tag } from '../../ui/parts.tsx';
import './timeline.css';

export interface Episode {
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

const firstShown = 8;

/** What was shown, what was picked of it, and what that taught. */
export function Timeline({ episodes }: { episodes: Episode[] }) {
  const [shown, setShown] = useState(firstShown);
  if (episodes.length === 0) return <Empty>This user was never shown hypotheses.</Empty>;
  return (
    <>
      <ol className="timeline">
        {episodes.slice(0, shown).map((episode) => (
          <li key={episode.interaction_id}>
            <p className="note">
              {time(episode.created_at)} · {episode.model_id}
            </p>
            <p className="said">“{episode.input_text}”</p>
            <ul className="options">
              {episode.hypotheses.map(({ id, question, confidence }) => (
                <li key={id} className={id === episode.selected_id ? 'picked' : undefined}>
                  <span>{question}</span>
                  <span className="note">
                    {id === episode.selected_id ? 'picked · ' : ''}
                    {Math.round(confidence * 100)} %
                  </span>
                </li>
              ))}
            </ul>
            <Lesson episode={episode} />
          </li>
        ))}
      </ol>
      {episodes.length > shown && (
        <button type="button" className="start" onClick={() => setShown(episodes.length)}>
          Show {episodes.length - shown} more
        </button>
      )}
    </>
  );
}

function Lesson({ episode }: { episode: Episode }) {
  if (episode.event_id === null) return <p className="note">Left open: nothing was picked.</p>;
  const moves = Object.entries(episode.facet_deltas ?? {});
  return (
    <p className="lesson">
      {episode.selected_id === null && <Tag>None of these</Tag>}
      {episode.memories.map(({ type, content }) => (
        <Tag key={type + content}>{content.startsWith('Prefers') ? content : `${type}: ${content}`}</Tag>
      ))}
      {moves.map(([name, by]) => (
        <Tag key={name}>
          {facetWords[name] ?? name} {signed(by)}
        </Tag>
      ))}
    </p>
  );
}
