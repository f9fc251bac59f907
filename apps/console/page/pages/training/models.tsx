import { useState } from 'react';
import { post } from '../../api.ts';
import { time } from '../../format.ts';
import { Confirm } from '../../ui/confirm.tsx';
import { Card, Loaded, Tag } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Model {
  model_id: string;
  kind: string;
  status: string;
  reason: string;
  dataset_version: string | null;
  parent_id: string | null;
  metrics: Record<string, unknown>;
  created_at: string | null;
}

interface Change {
  model_id: string;
  from_status: string;
  to_status: string;
  reason: string;
  changed_at: string;
}

type Step = { model: Model; verb: 'promote' | 'rollback' };
const promotable = ['candidate', 'canary', 'retired'];
const serving = ['canary', 'active'];

export function Models() {
  const registry = useData<{ models: Model[]; changes: Change[] }>('/v1/models');
  const [step, setStep] = useState<Step>();
  async function take() {
    if (step) await post(`/v1/models/${encodeURIComponent(step.model.model_id)}/${step.verb}`);
    registry.reload();
  }
  return (
    <Card title="Models" note="taken up by the gateway within 10 s">
      <Loaded data={registry}>
        {({ models, changes }) => (
          <>
            <ul className="memories">
              {models.map((model) => (
                <ModelRow key={model.model_id} model={model} onStep={(verb) => setStep({ model, verb })} />
              ))}
            </ul>
            {changes.length > 0 && <History changes={changes} />}
          </>
        )}
      </Loaded>
      {step && (
        <Confirm
          title={
            step.verb === 'promote' ? `Promote ${step.model.model_id}?` : `Roll back ${step.model.model_id}?`
          }
          action={step.verb === 'promote' ? 'Promote' : 'Roll back'}
          onConfirm={take}
          onClose={() => setStep(undefined)}
        >
          <p>
            {step.verb === 'promote'
              ? 'It serves all users then, and the one that serves now retires.'
              : 'It serves nobody then; the one that was active before it serves again.'}
          </p>
        </Confirm>
      )}
    </Card>
  );
}

function ModelRow({ model, onStep }: { model: Model; onStep(verb: Step['verb']): void }) {
  const { model_id, kind, status, reason, dataset_version, parent_id, created_at, metrics } = model;
  const lineage = [
    dataset_version && `from dataset ${dataset_version}`,
    parent_id && `after ${parent_id}`,
    created_at && time(created_at),
  ].filter(Boolean);
  const shipped = created_at === null;
  return (
    <li>
      <div>
        <p>
          <Tag>{status}</Tag> <b>{model_id}</b> <span className="note">{kind}</span>
        </p>
        <p className="note">{[reason, ...lineage].join(' · ')}</p>
        {Object.keys(metrics).length > 0 && <Measured metrics={metrics} />}
      </div>
      {!shipped && (
        <div className="actions">
          {promotable.includes(status) && (
            <button type="button" onClick={() => onStep('promote')}>
              Promote<span className="hidden"> {model_id}</span>
            </button>
          )}
          {serving.includes(status) && (
            <button type="button" className="danger-quiet" onClick={() => onStep('rollback')}>
              Roll back<span className="hidden"> {model_id}</span>
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function Measured({ metrics }: { metrics: Record<string, unknown> }) {
  return (
    <details>
      <summary>How it fared on held-out users</summary>
      <pre>{JSON.stringify(metrics, null, 2)}</pre>
    </details>
  );
}

function History({ changes }: { changes: Change[] }) {
  return (
    <details>
      <summary>What happened to them</summary>
      <ul className="score-lines">
        {changes.map((change) => (
          <li key={change.model_id + change.changed_at} className="note">
            {time(change.changed_at)} · {change.model_id}: {change.from_status} → {change.to_status},{' '}
            {change.reason}
          </li>
        ))}
      </ul>
    </details>
  );
}
