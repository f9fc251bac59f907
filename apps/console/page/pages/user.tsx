import { useState } from 'react';
import { send } from '../api.ts';
import { follow, goTo } from '../route.ts';
import { Confirm } from '../ui/confirm.tsx';
import { Card, Empty, Loaded, Page } from '../ui/parts.tsx';
import { useData } from '../use-data.ts';
import { MemoryList } from './user/memories.tsx';
import { PersonaPicture, type PersonaStep } from './user/persona.tsx';
import { type PastInteraction, Timeline } from './user/timeline.tsx';

interface History {
  steps: PersonaStep[];
  episodes: PastInteraction[];
}

export function UserPage({ userId }: { userId: string }) {
  const id = encodeURIComponent(userId);
  const history = useData<History>(`/api/users/${id}`);
  const [erasing, setErasing] = useState(false);
  async function erase() {
    await send('DELETE', `/v1/users/${id}`);
    goTo('/users');
  }
  const tools = (
    <div className="actions">
      <button type="button" className="danger-quiet" onClick={() => setErasing(true)}>
        Erase this user
      </button>
    </div>
  );
  return (
    <>
      <a className="back" href="/users" onClick={follow}>
        ← All users
      </a>
      <Page
        title={userId}
        lead="The persona, what it rests on, and every choice that shaped it."
        tools={tools}
      >
        <Loaded data={history}>
          {({ steps, episodes }) => (
            <>
              <Card title="Persona" note={`after ${steps.length} steps of learning`}>
                {steps.length === 0 ? (
                  <Empty>Nothing has been learned of this user yet.</Empty>
                ) : (
                  <PersonaPicture steps={steps} />
                )}
              </Card>
              <MemoryList userId={userId} interactions={episodes} onChange={history.reload} />
              <Card title="Interactions" note="newest first">
                <Timeline interactions={episodes} />
              </Card>
            </>
          )}
        </Loaded>
      </Page>
      {erasing && (
        <Confirm
          title={`Erase ${userId}?`}
          action="Erase for good"
          onConfirm={erase}
          onClose={() => setErasing(false)}
        >
          <p>
            Memories, persona, interactions, feedback, and the user’s lines in the training log and the
            datasets go. It cannot be undone.
          </p>
        </Confirm>
      )}
    </>
  );
}
