import type { Evidence } from '../../../routes/schemas.ts';
import { Chart } from '../../ui/chart.tsx';
import { Empty, Loaded } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Props {
  experimentId: string;
  /** The first is the control. */
  models: string[];
  /** What was decided and when, seconds since 1970. */
  decision: { at: number; outcome: string } | undefined;
}

const points = (share: number) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1).replace('-', '−')}`;

/** How sure the test was of each variant, look by look: as soon as the interval leaves zero, it decides. */
export function EvidenceChart({ experimentId, models: [control = '', ...variants], decision }: Props) {
  const evidence = useData<Evidence>(`/api/experiments/${experimentId}/evidence`);
  return (
    <Loaded data={evidence}>
      {({ looks }) => variants.map((id) => <Against key={id} {...{ id, control, looks, decision }} />)}
    </Loaded>
  );
}

interface AgainstProps extends Pick<Props, 'decision'> {
  id: string;
  control: string;
  looks: Evidence['looks'];
}

function Against({ id, control, looks, decision }: AgainstProps) {
  const seen = looks.flatMap(({ at, variants }) => {
    const found = variants[id]?.first_place;
    return found ? [{ at, ...found }] : [];
  });
  const newest = seen.at(-1);
  if (!newest)
    return (
      <Empty>
        {id} against {control}: nothing to go by before each has 40 answers of 20 users.
      </Empty>
    );
  const reach = 1.15 * Math.max(...seen.map(({ low, high }) => Math.max(Math.abs(low), Math.abs(high))));
  const told =
    `${points(newest.difference)} points in first places (${points(newest.low)} to ${points(newest.high)}), ` +
    `${Math.round(100 * newest.variant)} % against ${Math.round(100 * newest.control)} %`;
  return (
    <figure className="evidence">
      <figcaption>
        <b>{id}</b> against {control} <span className="note">{told}</span>
      </figcaption>
      <Chart
        label={`Difference in first-place rate of ${id} to ${control} over time, in points: ${told}`}
        times={seen.map(({ at }) => at)}
        lines={[
          { name: 'Difference', values: seen.map(({ difference }) => difference) },
          {
            name: 'At most (95 %, at every look)',
            values: seen.map(({ high }) => high),
            color: '--line-strong',
          },
          { name: 'At least', values: seen.map(({ low }) => low), color: '--line-strong' },
        ]}
        band={[2, 3]}
        marks={decision ? [{ at: decision.at, text: decision.outcome.replaceAll('_', ' ') }] : []}
        range={[-reach, reach]}
        format={points}
      />
    </figure>
  );
}
