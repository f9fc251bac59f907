import { useState } from 'react';
import { post, Refused } from '../api.ts';
import { time } from '../format.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Card, Empty, Loaded, Scrollable, Tag } from '../ui/parts.tsx';
import { useData } from '../use-data.ts';

interface DeadLetter {
  dead_letter_id: string;
  event_id: string;
  event: string;
  consumer: string;
  user_id: string;
  error: string;
  attempts: number;
  last_failed_at: string;
}

const replayOne = (deadLetter: DeadLetter) => post(`/v1/dead-letters/${deadLetter.dead_letter_id}/replay`);

export function DeadLetters() {
  const deadLetters = useData<{ dead_letters: DeadLetter[] }>('/v1/dead-letters');
  const [all, setAll] = useState(false);
  async function replayAll() {
    await post('/v1/dead-letters/replay');
    deadLetters.reload();
  }
  const listed = deadLetters.value?.dead_letters ?? [];
  return (
    <Card title="Dead letters" note={listed.length > 0 ? `${listed.length} shown, newest first` : undefined}>
      <Loaded data={deadLetters}>
        {({ dead_letters }) =>
          dead_letters.length === 0 ? (
            <Empty>None. What cannot be learned after its last attempt ends up here, with the error.</Empty>
          ) : (
            <>
              <ul className="dead-letters">
                {dead_letters.map((deadLetter) => (
                  <DeadLetterRow
                    key={deadLetter.dead_letter_id}
                    deadLetter={deadLetter}
                    onReplayed={deadLetters.reload}
                  />
                ))}
              </ul>
              <button type="button" className="start" onClick={() => setAll(true)}>
                Replay all
              </button>
            </>
          )
        }
      </Loaded>
      {all && (
        <Confirm
          title="Replay all dead letters?"
          action="Replay"
          onConfirm={replayAll}
          onClose={() => setAll(false)}
        >
          <p>Mend the cause first: what fails again comes back here after its attempts.</p>
        </Confirm>
      )}
    </Card>
  );
}

function DeadLetterRow({ deadLetter, onReplayed }: { deadLetter: DeadLetter; onReplayed(): void }) {
  const [open, setOpen] = useState(false);
  const [error, setError] = useState('');
  async function replay() {
    await replayOne(deadLetter).then(onReplayed, (failure: unknown) =>
      setError(failure instanceof Refused ? failure.message : String(failure)),
    );
  }
  return (
    <li>
      <p>
        <Tag>{deadLetter.consumer}</Tag> {deadLetter.event}
        <span className="note">
          {' '}
          · {deadLetter.user_id} · {time(deadLetter.last_failed_at)} ·{' '}
          {deadLetter.attempts === 1 ? '1 attempt' : `${deadLetter.attempts} attempts`}
        </span>
      </p>
      <p className="error">{deadLetter.error}</p>
      <div className="actions">
        <button type="button" onClick={replay}>
          Replay
        </button>
        <button type="button" className="quiet" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? 'Hide the payload' : 'Show the payload (personal data)'}
        </button>
      </div>
      {error && <p role="alert">{error}</p>}
      {open && <Payload id={deadLetter.dead_letter_id} />}
    </li>
  );
}

function Payload({ id }: { id: string }) {
  const payload = useData<{ payload: unknown }>(`/api/dead-letters/${id}/payload`);
  return (
    <Loaded data={payload}>
      {({ payload }) => (
        <Scrollable label="Payload">
          <pre>{JSON.stringify(payload, null, 2)}</pre>
        </Scrollable>
      )}
    </Loaded>
  );
}
