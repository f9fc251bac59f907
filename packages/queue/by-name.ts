import type { JobQueue } from './backend/open.ts';

export function byName<Q extends JobQueue>(open: Q[]): (name: string) => Q {
  const queues = new Map(open.map((queue) => [queue.name, queue]));
  return (name) => {
    const queue = queues.get(name);
    if (!queue) throw new Error(`No queue ${name} was opened.`);
    return queue;
  };
}
