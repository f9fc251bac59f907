import { useState } from 'react';
import { type Activity, type Overview, type TimeRange, timeRanges } from '../../routes/schemas.ts';
import { duration, number, perSecond, share } from '../format.ts';
import { Chart } from '../ui/chart.tsx';
import { Card, Empty, Level, Loaded, Page, Scrollable, Stat } from '../ui/parts.tsx';
import { useLive } from '../use-data.ts';

function sum(rows: Activity[]): Activity {
  const total = { ...zeroCounts };
  for (const row of rows) for (const name of countNames) total[name] += row[name];
  return total;
}

const countNames = [
  ...(['shown', 'decided', 'picked', 'first_place'] as const),
  ...(['auto_advance', 'auto_decided', 'overridden'] as const),
];
const zeroCounts = {
  ...{ bucket: 0, model_id: '', shown: 0, decided: 0, picked: 0, first_place: 0 },
  ...{ auto_advance: 0, auto_decided: 0, overridden: 0 },
};

/** All buckets of the window except the last, unfinished one; zeros where nothing happened. */
function toBuckets({ activity, bucket_seconds, at }: Overview): Activity[] {
  const window = Object.values(timeRanges).find(({ bucketSeconds }) => bucketSeconds === bucket_seconds);
  const length = Math.round((window?.seconds ?? 900) / bucket_seconds);
  const end = Math.floor(at / 1000 / bucket_seconds) * bucket_seconds;
  const byBucket = Map.groupBy(activity, ({ bucket }) => bucket);
  return Array.from({ length }, (_, i) => {
    const bucket = end - (length - i) * bucket_seconds;
    return { ...sum(byBucket.get(bucket) ?? []), bucket };
  });
}

const names: Record<TimeRange, string> = { '15m': '15 minutes', '6h': '6 hours', '7d': '7 days' };

export function OverviewPage() {
  const [window, setWindow] = useState<TimeRange>('15m');
  const overview = useLive<Overview>(`overview?window=${window}`);
  const tools = (
    <fieldset className="segments" aria-label="Time shown">
      {(Object.keys(timeRanges) as TimeRange[]).map((name) => (
        <button key={name} type="button" aria-pressed={name === window} onClick={() => setWindow(name)}>
          {names[name]}
        </button>
      ))}
    </fieldset>
  );
  return (
    <Page title="Overview" lead="Is it up, is it learning, and are its guesses getting better." tools={tools}>
      <Loaded data={overview}>{(value) => <Contents overview={value} window={window} />}</Loaded>
    </Page>
  );
}

function Contents({ overview, window }: { overview: Overview; window: TimeRange }) {
  const total = sum(overview.activity);
  const [model, setModel] = useState('');
  const models = [...new Set(overview.activity.map(({ model_id }) => model_id))].sort();
  const activity = overview.activity.filter(({ model_id }) => model === '' || model_id === model);
  return (
    <>
      <Figures overview={overview} total={total} />
      <States overview={overview} />
      {total.shown === 0 ? (
        <Card title="Choices">
          <Empty>
            Nobody was shown hypotheses in the last {names[window]}. Send some to <code>/v1/hypothesize</code>
            , or play with them under “Try it”.
          </Empty>
        </Card>
      ) : (
        <>
          {models.length > 1 && <ModelFilter {...{ models, model, setModel }} />}
          <Selections overview={{ ...overview, activity }} />
        </>
      )}
      <Lag overview={overview} />
      {total.shown > 0 && <Models activity={overview.activity} />}
    </>
  );
}

function ModelFilter(props: { models: string[]; model: string; setModel(model: string): void }) {
  const { models, model, setModel } = props;
  return (
    <label className="model-filter">
      Model
      <select value={model} onChange={(event) => setModel(event.target.value)}>
        <option value="">All of them</option>
        {models.map((id) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

function Figures({ overview, total }: { overview: Overview; total: Activity }) {
  return (
    <dl className="stats">
      <Stat name="Learned a second" value={perSecond(overview.per_second)} note="picks, last 10 s" />
      <Stat
        name="Learning lag"
        value={duration(overview.lag.p50)}
        note={overview.lag.p99 === null ? 'nothing learned lately' : `p99 ${duration(overview.lag.p99)}`}
      />
      <Stat
        name="Not learned yet"
        value={number(overview.pending)}
        note={overview.pending === 0 ? 'the outbox is empty' : `oldest ${duration(overview.oldest_seconds)}`}
      />
      <Stat
        name="Selection rate"
        value={share(total.picked, total.decided)}
        note={`of ${number(total.decided)} decided`}
      />
      <Stat name="First place" value={share(total.first_place, total.picked)} note="of what was picked" />
    </dl>
  );
}

function States({ overview }: { overview: Overview }) {
  return (
    <ul className="states" aria-label="State of the system">
      {overview.states.map(({ name, level, text }) => (
        <li key={name}>
          <Level level={level}>
            <b>{name}</b> {text}
          </Level>
        </li>
      ))}
    </ul>
  );
}

function Selections({ overview }: { overview: Overview }) {
  const buckets = toBuckets(overview);
  const times = buckets.map(({ bucket }) => bucket);
  const rate = (part: keyof Activity, whole: keyof Activity) =>
    buckets.map((at) => (Number(at[whole]) > 0 ? Number(at[part]) / Number(at[whole]) : null));
  return (
    <div className="columns">
      <Card title="Selections a second" note="by when they were shown">
        <Chart
          label="Selections a second over time"
          times={times}
          lines={[
            {
              name: 'Selections',
              values: buckets.map((at) => at.decided / overview.bucket_seconds),
              fill: true,
            },
          ]}
          format={(value) => number(value)}
        />
      </Card>
      <Card title="How good the guesses are">
        <Chart
          label="Selection, first-place, auto-advance and override rate over time"
          times={times}
          lines={[
            { name: 'Picked', values: rate('picked', 'decided') },
            { name: 'First place', values: rate('first_place', 'picked'), color: '--series-2' },
            { name: 'Auto-advance', values: rate('auto_advance', 'shown'), color: '--series-3' },
            { name: 'Overridden', values: rate('overridden', 'auto_decided'), color: '--series-4' },
          ]}
          range={[0, 1]}
          format={(value) => `${Math.round(value * 100)} %`}
        />
      </Card>
    </div>
  );
}

function Lag({ overview }: { overview: Overview }) {
  const points = overview.lag_points;
  return (
    <Card title="Learning lag" note="from accepted to learned by all, last 15 minutes">
      {points.some(({ p99 }) => p99 !== null) ? (
        <Chart
          label="Learning lag over the last 15 minutes"
          times={points.map(({ at }) => at / 1000)}
          lines={[
            { name: 'Half (p50)', values: points.map(({ p50 }) => p50), fill: true },
            { name: 'Nearly all (p99)', values: points.map(({ p99 }) => p99), color: '--series-2' },
          ]}
          format={duration}
        />
      ) : (
        <Empty>Nothing was learned in the last 15 minutes that this console saw.</Empty>
      )}
    </Card>
  );
}

function Models({ activity }: { activity: Activity[] }) {
  const models = [...Map.groupBy(activity, ({ model_id }) => model_id)].map(([id, rows]) => ({
    id,
    ...sum(rows),
  }));
  return (
    <Card title="By model">
      <Scrollable label="Rates by model">
        <table>
          <thead>
            <tr>
              <th>Model</th>
              <th className="num">Shown</th>
              <th className="num">Selection</th>
              <th className="num">First place</th>
              <th className="num">Auto-advance</th>
              <th className="num">Overridden</th>
            </tr>
          </thead>
          <tbody>
            {models.map((model) => (
              <tr key={model.id}>
                <td>{model.id}</td>
                <td className="num">{number(model.shown)}</td>
                <td className="num">{share(model.picked, model.decided)}</td>
                <td className="num">{share(model.first_place, model.picked)}</td>
                <td className="num">{share(model.auto_advance, model.shown)}</td>
                <td className="num">{share(model.overridden, model.auto_decided)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrollable>
    </Card>
  );
}
