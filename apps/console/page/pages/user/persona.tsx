import { facetWords, signed } from '../../format.ts';
import { Chart } from '../../ui/chart.tsx';
import './persona.css';

export interface PersonaStep {
  occurred_at: string;
  new_facets: Record<string, number>;
  facet_deltas: Record<string, number>;
  decided_by: string;
  reason: string;
}

const colors: Record<string, string> = {
  concise: '--accent',
  step_by_step: '--series-2',
  code_first: '--series-3',
  formal: '--series-4',
};

export function PersonaPicture({ steps }: { steps: PersonaStep[] }) {
  const newest = steps.at(-1);
  if (!newest) return null;
  return (
    <div className="columns">
      <div className="facets">
        <dl>
          {Object.entries(newest.new_facets).map(([name, value]) => (
            <div key={name}>
              <dt>{facetWords[name] ?? name}</dt>
              <dd>
                <Leaning value={value} color={colors[name] ?? '--accent'} />
                <span className="num">{value.toFixed(2)}</span>
              </dd>
            </div>
          ))}
        </dl>
        <LastStep step={newest} />
      </div>

      <FacetChart steps={steps} />
    </div>
  );
}

function LastStep({ step }: { step: PersonaStep }) {
  const deltas = Object.entries(step.facet_deltas).map(
    ([name, by]) => `${facetWords[name] ?? name} ${signed(by)}`,
  );
  return (
    <p className="note">
      Last: {deltas.join(', ') || 'no move'}
      {step.reason && `, since ${step.reason}`} (by {step.decided_by})
    </p>
  );
}

/** A bar from the neutral 0.5 to the facet's value in [0, 1]. */
function Leaning({ value, color }: { value: number; color: string }) {
  const left = Math.min(value, 0.5) * 100;
  const width = Math.max(0.6, Math.abs(value - 0.5) * 100);
  return (
    <span className="leaning">
      <span style={{ left: `${left}%`, width: `${width}%`, background: `var(${color})` }} />
    </span>
  );
}

function FacetChart({ steps }: { steps: PersonaStep[] }) {
  const names = Object.keys(steps[0]?.new_facets ?? {});
  const values = steps.flatMap(({ new_facets }) => Object.values(new_facets));
  const range = Math.max(0.1, ...values.map((value) => Math.abs(value - 0.5))) * 1.2;
  return (
    <Chart
      label="The persona's facets over time"
      times={strictlyAscending(steps.map(({ occurred_at }) => Date.parse(occurred_at) / 1000))}
      lines={names.map((name) => ({
        name: facetWords[name] ?? name,
        values: steps.map(({ new_facets }) => new_facets[name] ?? null),
        color: colors[name] ?? '--accent',
      }))}
      range={[Math.max(0, 0.5 - range), Math.min(1, 0.5 + range)]}
      format={(value) => value.toFixed(2)}
      height={200}
    />
  );
}

function strictlyAscending(times: number[]): number[] {
  let last = 0;
  return times.map((time) => {
    last = Math.max(time, last + 0.001);
    return last;
  });
}
