import { time } from '../../format.ts';
import { Card, Empty, Loaded, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Experiment {
  experiment_id: string;
  status: string;
  variants: { model_id: string; weight: number }[];
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  reason: string | null;
  looks: Record<string, unknown>;
}

export function Experiments() {
  const found = useData<{ experiments: Experiment[] }>('/v1/experiments');
  return (
    <Card title="Experiments" note="decided by a test that may be looked at any time">
      <Loaded data={found}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <Empty>
              None yet. One begins when a fitted ranker passes its gate, or with POST /v1/experiments.
            </Empty>
          ) : (
            <ul className="builds">
              {experiments.map((experiment) => (
                <ExperimentRow key={experiment.experiment_id} experiment={experiment} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function ExperimentRow({ experiment }: { experiment: Experiment }) {
  const { status, outcome, reason, variants, started_at, ended_at, looks } = experiment;
  return (
    <li>
      <p>
        <Tag>{outcome ?? status}</Tag>{' '}
        {variants
          .map(({ model_id, weight }) => `${model_id} ${Math.round(weight * 100)} %`)
          .join(' against ')}
      </p>
      <p className="note">
        {time(started_at)}
        {ended_at && ` – ${time(ended_at)}`}
        {reason && ` · ${reason}`}
      </p>
      {Object.keys(looks).length > 0 && (
        <details>
          <summary>What the test last saw</summary>
          <pre>{JSON.stringify(looks, null, 2)}</pre>
        </details>
      )}
    </li>
  );
}
