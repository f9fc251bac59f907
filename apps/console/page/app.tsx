import { type ReactNode, useState } from 'react';
import { send } from './api.ts';
import { OverviewPage } from './pages/overview.tsx';
import { QueuesPage } from './pages/queues.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { TrainingPage } from './pages/training.tsx';
import { TryPage } from './pages/try-it.tsx';
import { UserPage } from './pages/user.tsx';
import { UsersPage } from './pages/users.tsx';
import { follow, usePath } from './route.ts';
import { Boundary } from './ui/boundary.tsx';
import { Failure } from './ui/parts.tsx';
import { useData } from './use-data.ts';
import './app.css';

const places = [
  ['/', 'Overview'],
  ['/queues', 'Queues'],
  ['/users', 'Users'],
  ['/training', 'Training'],
  ['/try', 'Try it'],
] as const;

interface Session {
  tenant_id: string;
  role: string;
}

export function App() {
  const path = usePath();
  const session = useData<Session>('/v1/session');
  if (session.error?.status === 401) return <SignIn onDone={session.reload} />;
  return (
    <Shell tools={session.value && <Who session={session.value} onLeft={session.reload} />}>
      {session.error && <Failure error={session.error} again={session.reload} />}
      {session.value && (
        <Boundary key={path}>
          <CurrentPage path={path} />
        </Boundary>
      )}
    </Shell>
  );
}

function Shell({ tools, children }: { tools: ReactNode; children: ReactNode }) {
  const path = usePath();
  return (
    <div className="shell">
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <aside>
        <p className="brand">
          <Mark /> Learning loop
        </p>
        <nav aria-label="Pages">
          {places.map(([href, name]) => {
            const here = href === '/' ? path === '/' : path.startsWith(href);
            return (
              <a key={href} href={href} onClick={follow} aria-current={here ? 'page' : undefined}>
                {name}
              </a>
            );
          })}
        </nav>
        {tools}
      </aside>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function CurrentPage({ path }: { path: string }) {
  if (path.startsWith('/users/')) return <UserPage key={path} userId={decodeURIComponent(path.slice(7))} />;
  if (path === '/queues') return <QueuesPage />;
  if (path === '/users') return <UsersPage />;
  if (path === '/training') return <TrainingPage />;
  if (path === '/try') return <TryPage />;
  return <OverviewPage />;
}

function Who({ session, onLeft }: { session: Session; onLeft(): void }) {
  const [leaving, setLeaving] = useState(false);
  async function leave() {
    setLeaving(true);
    await send('DELETE', '/api/session');
    setLeaving(false);
    onLeft();
  }
  return (
    <div className="who">
      <span className="note">
        {session.tenant_id} · {session.role}
      </span>
      <button type="button" className="quiet" onClick={leave} disabled={leaving}>
        Sign out
      </button>
    </div>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
      <circle
        cx="16"
        cy="16"
        r="11"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="4"
        strokeDasharray="53 16"
        strokeLinecap="round"
        transform="rotate(-60 16 16)"
      />
    </svg>
  );
}
