import { useState } from 'react';
import { time } from '../../format.ts';
import { Card, Empty, Loaded, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';
import { EvidenceChart } from './evidence-chart.tsx';

interface Experiment {
  experiment_id: string;
  status: string;
  variants: { model_id: string; weight: number }[];
  started_at: string;
  ended_at: string | null;
  outcome: string | null;
  reason: string | null;
}

export function Experiments() {
  const experimentList = useData<{ experiments: Experiment[] }>('/v1/experiments');
  return (
    <Card title="Experiments" note="decided by a test that may be looked at any time">
      <Loaded data={experimentList}>
        {({ experiments }) =>
          experiments.length === 0 ? (
            <Empty>
              None yet. One begins when a fitted ranker passes its gate, or with POST /v1/experiments.
            </Empty>
          ) : (
            <ul className="builds">
              {experiments.map((experiment, i) => (
                <ExperimentRow key={experiment.experiment_id} experiment={experiment} newest={i === 0} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  );
}

function ExperimentRow({ experiment, newest }: { experiment: Experiment; newest: boolean }) {
  const [open, setOpen] = useState(newest);
  const { experiment_id, status, outcome, reason, variants, started_at, ended_at } = experiment;
  return (
    <li>
      <p>
        <Tag>{(outcome ?? status).replaceAll('_', ' ')}</Tag>{' '}
        {variants
          .map(({ model_id, weight }) => `${model_id} ${Math.round(weight * 100)} %`)
          .join(' against ')}
      </p>
      <p className="note">
        {time(started_at)}
        {ended_at && ` – ${time(ended_at)}`}
        {reason && ` · ${reason}`}
      </p>
      {open ? (
        <EvidenceChart
          experimentId={experiment_id}
          models={variants.map(({ model_id }) => model_id)}
          decision={ended_at && outcome ? { at: Date.parse(ended_at) / 1000, outcome } : undefined}
        />
      ) : (
        <button type="button" className="quiet start" onClick={() => setOpen(true)}>
          Show its evidence
        </button>
      )}
    </li>
  );
}
