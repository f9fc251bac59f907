import { number } from '../../format.ts';
import { Chart } from '../../ui/chart.tsx';
import { Card, Empty, Loaded, Scrollable } from '../../ui/parts.tsx';
import { useData } from '../../use-data.ts';

interface Row {
  key: string;
  interactions: number;
  users: number;
  selection_rate: number | null;
  first_place_rate: number | null;
  auto_advance_rate: number | null;
  override_rate: number | null;
  satisfaction: number | null;
  return_rate: number | null;
}

const percent = (value: number | null) => (value === null ? '–' : `${Math.round(value * 100)} %`);

export function Evidence() {
  const days = useData<{ rows: Row[] }>('/v1/metrics/learning?by=day&window=30d');
  const models = useData<{ rows: Row[] }>('/v1/metrics/learning?by=model&window=30d');
  return (
    <Card title="Evidence" note="last 30 days">
      <Loaded data={days}>{({ rows }) => (rows.length > 1 ? <Days rows={rows} /> : null)}</Loaded>
      <Loaded data={models}>
        {({ rows }) =>
          rows.length > 0 ? <ModelTable rows={rows} /> : <Empty>Nobody was shown anything yet.</Empty>
        }
      </Loaded>
    </Card>
  );
}

function Days({ rows }: { rows: Row[] }) {
  return (
    <Chart
      label="Selection and first-place rate by day"
      times={rows.map(({ key }) => Date.parse(key) / 1000)}
      lines={[
        { name: 'Picked', values: rows.map(({ selection_rate }) => selection_rate) },
        {
          name: 'First place',
          values: rows.map(({ first_place_rate }) => first_place_rate),
          color: '--series-2',
        },
      ]}
      range={[0, 1]}
      format={(value) => `${Math.round(value * 100)} %`}
    />
  );
}

const columns = [
  'Shown',
  'Users',
  'Selection',
  'First place',
  'Auto-advance',
  'Overridden',
  'Satisfied',
  'Came back',
];

function ModelTable({ rows }: { rows: Row[] }) {
  return (
    <Scrollable label="Rates by ranker">
      <table>
        <thead>
          <tr>
            <th>Ranker</th>
            {columns.map((name) => (
              <th key={name} className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td>{row.key}</td>
              <td className="num">{number(row.interactions)}</td>
              <td className="num">{number(row.users)}</td>
              {(['selection', 'first_place', 'auto_advance', 'override'] as const).map((name) => (
                <td key={name} className="num">
                  {percent(row[`${name}_rate`])}
                </td>
              ))}
              <td className="num">{percent(row.satisfaction)}</td>
              <td className="num">{percent(row.return_rate)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
