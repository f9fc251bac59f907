import type { QueueRow, Queues } from '../../routes/schemas.ts';
import { duration, number, perSecond } from '../format.ts';
import { Card, Level, Loaded, Page } from '../ui/parts.tsx';
import { useLive } from '../use-data.ts';
import { DeadLetters } from './dead-letters.tsx';
import './queues.css';

export function QueuesPage() {
  const queues = useLive<Queues>('queues');
  const tools = queues.value?.is_operator && (
    <a className="button" href="/bull-board-admin/" target="_blank" rel="noreferrer">
      Single jobs (bull-board)
    </a>
  );
  const dead = queues.value?.queues.reduce((sum, row) => sum + row.dead, 0) ?? 0;
  return (
    <Page title="Queues" lead="How each consumer keeps up, and what it gave up on." tools={tools}>
      <Loaded data={queues}>
        {(value) => (
          <div className="queues">
            {value.queues.map((row) => (
              <Queue key={row.consumer} row={row} />
            ))}
          </div>
        )}
      </Loaded>
      <DeadLetters key={dead} />
    </Page>
  );
}

function Queue({ row }: { row: QueueRow }) {
  const figures: [string, string][] = [
    ['Waiting', number(row.waiting)],
    ['Active', number(row.active)],
    ['Delayed', number(row.delayed)],
    ['Owed', number(row.owed)],
    ['Oldest', duration(row.oldest_seconds)],
    ['Dead', number(row.dead)],
    ['A second', perSecond(row.per_second)],
    ['Batch p50', duration(row.batch.p50)],
    ['Batch p99', duration(row.batch.p99)],
    ['Lag p50', duration(row.lag.p50)],
    ['Lag p99', duration(row.lag.p99)],
  ];
  return (
    <Card title={row.consumer}>
      <Level level={row.level}>{row.hint}</Level>
      <dl className="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}
