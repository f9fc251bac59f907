import type { Consumer } from '@learning-loop/events/routes';
import { traceAcceptance, traceStep, tracingStep } from '@learning-loop/service/observability/event-trace';
import type { Lesson } from './process-events.ts';

/**
 * Learns a batch as a step in the trace of its first event, which its statements belong to; the traces of the others
 * get a step that leads there. Free without tracing.
 */
export function tracingBatch(
  consumer: Consumer,
  ids: string[],
  learnAll: () => Promise<Lesson>,
): Promise<Lesson> {
  const [first = ''] = ids;
  const name = `learn ${consumer}`;
  return tracingStep(first, name, async ({ link, describe }) => {
    const from = Date.now();
    const lesson = await learnAll();
    const batch = lesson.learned.length;
    for (const { event_id, event } of lesson.learned) {
      if (event_id === first) describe({ event, batch });
      else traceStep(event_id, { name, from, to: Date.now(), attributes: { event, batch }, links: [link] });
    }
    for (const { event, event_id } of lesson.emitted)
      traceAcceptance(event_id, { name: `accept ${event}`, from, to: Date.now() });
    return lesson;
  });
}
