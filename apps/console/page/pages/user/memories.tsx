import { type FormEvent, useState } from 'react';
import { Refused, send } from '../../api.ts';
import { time } from '../../format.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Card, Empty, Loaded, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';
import type { PastInteraction } from './timeline.tsx';

interface Memory {
  memory_id: string;
  type: string;
  polarity?: 'like' | 'dislike';
  content: string;
  confidence: number;
  corrected: boolean;
  count: number;
  last_seen: string;
  sources: { interaction_id: string; seen_at: string }[];
}

interface Props {
  userId: string;
  interactions: PastInteraction[];
  onChange(): void;
}

export function MemoryList({ userId, interactions, onChange }: Props) {
  const path = `/v1/users/${encodeURIComponent(userId)}/memories`;
  const memories = useData<{ memories: Memory[] }>(`${path}?limit=200`);
  const [forgetting, setForgetting] = useState<Memory>();
  function onChanged() {
    memories.reload();
    onChange();
  }
  async function forget() {
    if (forgetting) await send('DELETE', `${path}/${forgetting.memory_id}`);
    onChanged();
  }
  return (
    <Card title="Memories" note="goals and preferences">
      <Loaded data={memories}>
        {(response) => {
          const visible = response.memories.filter(({ type }) => type !== 'history');
          if (visible.length === 0) return <Empty>No goal and no preference has been learned yet.</Empty>;
          return (
            <ul className="memories">
              {visible.map((memory) => (
                <MemoryRow
                  key={memory.memory_id}
                  {...{ memory, path, onChanged }}
                  sourceText={interactions.find(isSourceOf(memory))?.input_text}
                  onForget={() => setForgetting(memory)}
                />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {forgetting && (
        <Confirm
          title="Forget this?"
          action="Forget"
          onConfirm={forget}
          onClose={() => setForgetting(undefined)}
        >
          <p>“{forgetting.content}” will not be learned again from the same words.</p>
        </Confirm>
      )}
    </Card>
  );
}

const isSourceOf =
  ({ sources }: Memory) =>
  ({ interaction_id }: PastInteraction) =>
    interaction_id === sources[0]?.interaction_id;

interface RowProps {
  memory: Memory;
  path: string;
  /** The user's input when it was last learned, if that is recent. */
  sourceText: string | undefined;
  onChanged(): void;
  onForget(): void;
}

function MemoryRow({ memory, path, sourceText, onChanged, onForget }: RowProps) {
  const [editing, setEditing] = useState(false);
  const newest = memory.sources[0];
  async function save(content: string) {
    await send('PATCH', `${path}/${memory.memory_id}`, { content });
    setEditing(false);
    onChanged();
  }
  if (editing) return <Correction memory={memory} onSave={save} onCancel={() => setEditing(false)} />;
  return (
    <li>
      <div>
        <p>
          <Tag>{memory.polarity === 'dislike' ? 'dislike' : memory.type}</Tag> {memory.content}
        </p>
        <p className="note">
          {memory.corrected ? 'Said by the user' : `Sure to ${Math.round(memory.confidence * 100)} %`} ·
          learned {memory.count === 1 ? 'once' : `${memory.count} times`}
          {newest &&
            ` · last from ${sourceText ? `“${sourceText}”` : newest.interaction_id.slice(-6)}, ${time(newest.seen_at)}`}
        </p>
      </div>
      <div className="actions">
        <button type="button" className="quiet" onClick={() => setEditing(true)}>
          Correct
        </button>
        <button type="button" className="quiet" onClick={onForget}>
          Forget
        </button>
      </div>
    </li>
  );
}

function Correction(props: { memory: Memory; onSave(content: string): Promise<void>; onCancel(): void }) {
  const { memory, onSave, onCancel } = props;
  const [error, setError] = useState('');
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const content = String(new FormData(event.currentTarget).get('content') ?? '');
    onSave(content).catch((failure) =>
      setError(failure instanceof Refused ? failure.message : String(failure)),
    );
  }
  return (
    <li>
      <form className="search" onSubmit={submit}>
        <label className="hidden" htmlFor={memory.memory_id}>
          What it should say
        </label>
        <input id={memory.memory_id} name="content" defaultValue={memory.content} required maxLength={2000} />
        <button type="submit" className="primary">
          Save
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
        {error && <p role="alert">{error}</p>}
      </form>
    </li>
  );
}
