import { type FormEvent, useState } from 'react';
import { ask, Refused } from '../../api.ts';
import { time } from '../../format.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Card, Empty, Loaded, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';
import type { Episode } from './timeline.tsx';

interface Memory {
  memory_id: string;
  type: string;
  content: string;
  confidence: number;
  corrected: boolean;
  count: number;
  last_seen: string;
  sources: { interaction_id: string; seen_at: string }[];
}

interface Props {
  userId: string;
  episodes: Episode[];
  onChange(): void;
}

/** Goals and preferences, with where they came from; each may be corrected or forgotten. */
export function MemoryList({ userId, episodes, onChange }: Props) {
  const path = `/v1/users/${encodeURIComponent(userId)}/memories`;
  const memories = useData<{ memories: Memory[] }>(`${path}?limit=200`);
  const [forgetting, setForgetting] = useState<Memory>();
  function changed() {
    memories.reload();
    onChange();
  }
  async function forget() {
    if (forgetting) await ask('DELETE', `${path}/${forgetting.memory_id}`);
    changed();
  }
  return (
    <Card title="Memories" note="goals and preferences">
      <Loaded data={memories}>
        {(found) => {
          const shown = found.memories.filter(({ type }) => type !== 'history');
          if (shown.length === 0) return <Empty>No goal and no preference has been learned yet.</Empty>;
          return (
            <ul className="memories">
              {shown.map((memory) => (
                <MemoryRow
                  key={memory.memory_id}
                  {...{ memory, path, changed }}
                  said={episodes.find(isSourceOf(memory))?.input_text}
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
  ({ interaction_id }: Episode) =>
    interaction_id === sources[0]?.interaction_id;

interface RowProps {
  memory: Memory;
  path: string;
  /** What the user typed when it was last learned, unless that is long ago. */
  said: string | undefined;
  changed(): void;
  onForget(): void;
}

function MemoryRow({ memory, path, said, changed, onForget }: RowProps) {
  const [editing, setEditing] = useState(false);
  const newest = memory.sources[0];
  async function save(content: string) {
    await ask('PATCH', `${path}/${memory.memory_id}`, { content });
    setEditing(false);
    changed();
  }
  if (editing) return <Correction memory={memory} onSave={save} onCancel={() => setEditing(false)} />;
  return (
    <li>
      <div>
        <p>
          <Tag>{memory.type}</Tag> {memory.content}
        </p>
        <p className="note">
          {memory.corrected ? 'Said by the user' : `Sure to ${Math.round(memory.confidence * 100)} %`} ·
          learned {memory.count === 1 ? 'once' : `${memory.count} times`}
          {newest &&
            ` · last from ${said ? `“${said}”` : newest.interaction_id.slice(-6)}, ${time(newest.seen_at)}`}
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
