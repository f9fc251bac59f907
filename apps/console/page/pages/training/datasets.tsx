import { useState } from 'react';
import { post, Refused } from '../../api.ts';
import { number, time } from '../../format.ts';
import { Card, Empty, Loaded, Stat, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Build {
  build_id: string;
  status: string;
  requested_at: string;
  finished_at: string | null;
  counts: Record<string, number> | null;
  error: string | null;
}

interface Stats {
  hypotheses_count: number;
  persona_updates_count: number;
  ranking_samples_count: number;
  feedback_count: number;
}

export function Datasets() {
  const stats = useData<Stats>('/v1/training/stats');
  const builds = useData<{ builds: Build[] }>('/v1/training/datasets');
  const [error, setError] = useState('');
  async function build() {
    setError('');
    await post('/v1/training/datasets').then(builds.reload, (failure: unknown) =>
      setError(failure instanceof Refused ? failure.message : String(failure)),
    );
  }
  return (
    <>
      <Loaded data={stats}>
        {(value) => (
          <dl className="stats">
            <Stat name="Choices logged" value={number(value.hypotheses_count)} />
            <Stat name="Ranking samples" value={number(value.ranking_samples_count)} />
            <Stat name="Persona moves" value={number(value.persona_updates_count)} />
            <Stat name="Feedback" value={number(value.feedback_count)} />
          </dl>
        )}
      </Loaded>
      <Card title="Datasets" note="samples after each filter">
        <p>
          <button type="button" className="primary" onClick={build}>
            Build a dataset now
          </button>
        </p>
        {error && <p role="alert">{error}</p>}
        <Loaded data={builds}>
          {(value) =>
            value.builds.length === 0 ? (
              <Empty>
                No dataset was built yet. The trainer builds one on its schedule, or when asked here.
              </Empty>
            ) : (
              <ul className="builds">
                {value.builds.map((one) => (
                  <BuildRow key={one.build_id} build={one} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
    </>
  );
}

function BuildRow({ build }: { build: Build }) {
  const counts = Object.entries(build.counts ?? {}).sort((a, b) => b[1] - a[1]);
  const isFile = ([name]: [string, number]) => name.includes('.');
  return (
    <li>
      <p>
        <Tag>{build.status}</Tag> {time(build.finished_at ?? build.requested_at)}{' '}
        <span className="note">{build.build_id.slice(-8)}</span>
      </p>
      {build.error && <p className="error">{build.error}</p>}
      <Counts counts={counts.filter((one) => !isFile(one))} />
      {counts.some(isFile) && (
        <details>
          <summary>Files</summary>
          <Counts counts={counts.filter(isFile)} />
        </details>
      )}
    </li>
  );
}

function Counts({ counts }: { counts: [string, number][] }) {
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return (
    <ul className="score">
      {counts.map(([name, count]) => (
        <li key={name}>
          <span>{name.replaceAll('_', ' ')}</span>
          <span className="bar">
            <span style={{ width: `${(100 * count) / most}%` }} />
          </span>
          <span className="num">{number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
