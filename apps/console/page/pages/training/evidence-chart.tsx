import type { Evidence } from '../../../routes/schemas.ts';
import { Chart } from '../../ui/chart.tsx';
import { Empty, Loaded } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Props {
  experimentId: string;
  /** The first is the control. */
  models: string[];
  /** `at` in seconds since 1970. */
  decision: { at: number; outcome: string } | undefined;
}

const formatPoints = (share: number) =>
  `${share > 0 ? '+' : ''}${(100 * share).toFixed(1).replace('-', '−')}`;

/** The confidence interval over time; once it excludes zero, the experiment is decided. */
export function EvidenceChart({ experimentId, models: [control = '', ...variants], decision }: Props) {
  const evidence = useData<Evidence>(`/api/experiments/${experimentId}/evidence`);
  return (
    <Loaded data={evidence}>
      {({ looks }) =>
        variants.map((id) => <ComparisonChart key={id} {...{ id, control, looks, decision }} />)
      }
    </Loaded>
  );
}

interface ComparisonProps extends Pick<Props, 'decision'> {
  id: string;
  control: string;
  looks: Evidence['looks'];
}

function ComparisonChart({ id, control, looks, decision }: ComparisonProps) {
  const comparisons = looks.flatMap(({ at, variants }) => {
    const comparison = variants[id]?.first_place;
    return comparison ? [{ at, ...comparison }] : [];
  });
  const newest = comparisons.at(-1);
  if (!newest)
    return (
      <Empty>
        {id} against {control}: nothing to go by before each has 40 answers of 20 users.
      </Empty>
    );
  const range =
    1.15 * Math.max(...comparisons.map(({ low, high }) => Math.max(Math.abs(low), Math.abs(high))));
  const summary =
    `${formatPoints(newest.difference)} points in first places (${formatPoints(newest.low)} to ${formatPoints(newest.high)}), ` +
    `${Math.round(100 * newest.variant)} % against ${Math.round(100 * newest.control)} %`;
  return (
    <figure className="evidence">
      <figcaption>
        <b>{id}</b> against {control} <span className="note">{summary}</span>
      </figcaption>
      <Chart
        label={`Difference in first-place rate of ${id} to ${control} over time, in points: ${summary}`}
        times={comparisons.map(({ at }) => at)}
        lines={[
          { name: 'Difference', values: comparisons.map(({ difference }) => difference) },
          {
            name: 'At most (95 %, at every look)',
            values: comparisons.map(({ high }) => high),
            color: '--line-strong',
          },
          { name: 'At least', values: comparisons.map(({ low }) => low), color: '--line-strong' },
        ]}
        band={[2, 3]}
        marks={decision ? [{ at: decision.at, text: decision.outcome.replaceAll('_', ' ') }] : []}
        range={[-range, range]}
        format={formatPoints}
      />
    </figure>
  );
}
