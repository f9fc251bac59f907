import { findOptedOut } from '@learning-loop/db/users/settings';
import type { FeedbackGiven, HypothesisSelected, PersonaUpdated } from '@learning-loop/events/event';
import { noneConfidence } from '@learning-loop/events/fields';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import type { EventOf } from '@learning-loop/events/routes';
import type { LogName, TrainingRecords } from '@learning-loop/events/training-records';
import type { HandlerContext, Handlers } from '@learning-loop/queue/consumer/process-events';
import { OutdatedRead, RetryLater } from '@learning-loop/queue/errors';
import { OutdatedRecords, type TrainingLog } from '@learning-loop/training-log/training-log';

type Event = HypothesisSelected | PersonaUpdated | FeedbackGiven;

const toLine = ({ occurred_at, event_id, tenant_id, user_id, interaction_id }: Event) => ({
  timestamp: occurred_at,
  ...{ event_id, tenant_id, user_id, interaction_id },
});

function toHypothesesRecord(event: HypothesisSelected): TrainingRecords['hypotheses_data'] {
  const selected = event.hypotheses.find(({ id }) => id === event.selected_id);
  return {
    ...toLine(event),
    user_input: event.input_text,
    context: event.context,
    hypotheses: event.hypotheses.map(({ id, question, confidence, position, propensity }) => ({
      ...{ id, question, confidence, position, propensity },
    })),
    none_confidence: noneConfidence(event.hypotheses),
    selected_id: event.selected_id,
    label: selected ? 'positive' : 'negative',
    auto_advanced: event.auto_advanced,
    selected_confidence: selected?.confidence ?? null,
    model_id: event.model_id,
  };
}

function toRankingRecord(event: HypothesisSelected): TrainingRecords['ranking_data'] {
  return {
    ...toLine(event),
    used_memories: event.used_memories,
    hypotheses: event.hypotheses.map(({ id, position, score, propensity, features }) => ({
      ...{ id, position, score, propensity, features },
      chosen: id === event.selected_id,
    })),
    model_id: event.model_id,
  };
}

function toPersonaRecord(event: PersonaUpdated): TrainingRecords['persona_updates'] {
  const { old_facets, new_facets, facet_deltas, signals, decided_by, reason } = event;
  return { ...toLine(event), old_facets, new_facets, facet_deltas, signals, decided_by, reason };
}

function toFeedbackRecord(event: FeedbackGiven): TrainingRecords['user_feedback'] {
  const { type, value } = event;
  return { ...toLine(event), type, value };
}

const logsOf = new Map<string, LogName[]>([
  ['hypothesis.selected', ['hypotheses_data', 'ranking_data']],
  ['persona.updated', ['persona_updates']],
  ['feedback.given', ['user_feedback']],
]);

type TrainingLogHandlers = Handlers<'training-log'>;

/** A full or failing disk is not the events' fault: all wait, however long it takes. */
const retryMs = 1_000;

function retryLater(cause: unknown): never {
  if (cause instanceof OutdatedRecords) throw new OutdatedRead(cause.message, { cause });
  throw new RetryLater(retryMs, { cause });
}

/** Handlers resolve once the lines are on disk. */
export function createHandlers(trainingLog: Pick<TrainingLog, 'append' | 'prepare'>): TrainingLogHandlers {
  const append: TrainingLog['append'] = (name, records, readAt) =>
    trainingLog.append(name, records, readAt).catch(retryLater);
  /** A line in only some of the batch's logs would be written again when the batch is. */
  const prepare = ({ names, readAt }: HandlerContext) =>
    trainingLog
      .prepare(
        names.flatMap((name) => logsOf.get(name) ?? []),
        readAt,
      )
      .catch(retryLater);
  return {
    'hypothesis.selected': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await prepare(context);
      await Promise.all([
        append('hypotheses_data', events.map(toHypothesesRecord), context.readAt),
        append('ranking_data', events.map(toRankingRecord), context.readAt),
      ]);
      logLines(context, 'hypothesis.selected', events);
    },
    'persona.updated': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await prepare(context);
      await append('persona_updates', events.map(toPersonaRecord), context.readAt);
      logLines(context, 'persona.updated', events);
    },
    'feedback.given': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await prepare(context);
      await append('user_feedback', events.map(toFeedbackRecord), context.readAt);
      logLines(context, 'feedback.given', events);
    },
  };
}

async function withoutOptedOut<E extends UserKey>(events: E[], { tx }: HandlerContext): Promise<E[]> {
  const excluded = await findOptedOut(tx, events);
  return excluded.size === 0 ? events : events.filter((event) => !excluded.has(userKey(event)));
}

type Line = Pick<TrainingRecords['hypotheses_data'], 'event_id' | 'interaction_id'>;

function logLines({ logAfterCommit }: HandlerContext, event: EventOf<'training-log'>, lines: Line[]): void {
  for (const { event_id, interaction_id } of lines) {
    logAfterCommit('training_data_logged', { event, event_id, interaction_id });
  }
}

/** For disabled collection: nothing is written, and nothing stays pending. */
export const discardingHandlers: TrainingLogHandlers = {
  'hypothesis.selected': async () => {},
  'persona.updated': async () => {},
  'feedback.given': async () => {},
};
