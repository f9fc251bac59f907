import { findOptedOut } from '@learning-loop/db/users/settings';
import type { FeedbackGiven, HypothesisSelected, PersonaUpdated } from '@learning-loop/events/event';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import type { EventOf } from '@learning-loop/events/routes';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import type { HandlerContext, Handlers } from '@learning-loop/queue/consumer/process-events';
import { RetryLater } from '@learning-loop/queue/errors';
import type { TrainingLog } from '@learning-loop/training-log/training-log';

type Event = HypothesisSelected | PersonaUpdated | FeedbackGiven;

const lineOf = ({ occurred_at, event_id, tenant_id, user_id, interaction_id }: Event) => ({
  timestamp: occurred_at,
  ...{ event_id, tenant_id, user_id, interaction_id },
});

function hypothesesRecord(event: HypothesisSelected): TrainingRecords['hypotheses_data'] {
  const selected = event.hypotheses.find(({ id }) => id === event.selected_id);
  return {
    ...lineOf(event),
    user_input: event.input_text,
    context: event.context,
    hypotheses: event.hypotheses.map(({ id, question, confidence, position, propensity }) => ({
      ...{ id, question, confidence, position, propensity },
    })),
    selected_id: event.selected_id,
    label: selected ? 'positive' : 'negative',
    auto_advanced: event.auto_advanced,
    selected_confidence: selected?.confidence ?? null,
    model_id: event.model_id,
  };
}

function rankingRecord(event: HypothesisSelected): TrainingRecords['ranking_data'] {
  return {
    ...lineOf(event),
    used_memories: event.used_memories,
    hypotheses: event.hypotheses.map(({ id, position, score, propensity, features }) => ({
      ...{ id, position, score, propensity, features },
      chosen: id === event.selected_id,
    })),
    model_id: event.model_id,
  };
}

function personaRecord(event: PersonaUpdated): TrainingRecords['persona_updates'] {
  const { old_facets, new_facets, facet_deltas, signals, decided_by, reason } = event;
  return { ...lineOf(event), old_facets, new_facets, facet_deltas, signals, decided_by, reason };
}

function feedbackRecord(event: FeedbackGiven): TrainingRecords['user_feedback'] {
  const { type, value } = event;
  return { ...lineOf(event), type, value };
}

type HandlerDependencies = Handlers<'training-log'>;

/** While the disk is full or failing all wait, however long: it is the fault of no event. */
const retryMs = 1_000;

/** Appends every event to its log; returning means that the lines are on disk. */
export function createHandlers(trainingLog: Pick<TrainingLog, 'append'>): HandlerDependencies {
  const append: TrainingLog['append'] = async (name, records) => {
    try {
      await trainingLog.append(name, records);
    } catch (cause) {
      throw new RetryLater(retryMs, { cause });
    }
  };
  return {
    'hypothesis.selected': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await Promise.all([
        append('hypotheses_data', events.map(hypothesesRecord)),
        append('ranking_data', events.map(rankingRecord)),
      ]);
      reportLogged(context, 'hypothesis.selected', events);
    },
    'persona.updated': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await append('persona_updates', events.map(personaRecord));
      reportLogged(context, 'persona.updated', events);
    },
    'feedback.given': async (all, context) => {
      const events = await withoutOptedOut(all, context);
      await append('user_feedback', events.map(feedbackRecord));
      reportLogged(context, 'feedback.given', events);
    },
  };
}

/** Without the events of users who opted out of training. */
async function withoutOptedOut<E extends UserKey>(events: E[], { tx }: HandlerContext): Promise<E[]> {
  const out = await findOptedOut(tx, events);
  return out.size === 0 ? events : events.filter((event) => !out.has(userKey(event)));
}

type Line = Pick<TrainingRecords['hypotheses_data'], 'event_id' | 'interaction_id'>;

function reportLogged(
  { logAfterCommit: report }: HandlerContext,
  event: EventOf<'training-log'>,
  lines: Line[],
): void {
  for (const { event_id, interaction_id } of lines) {
    report('training_data_logged', { event, event_id, interaction_id });
  }
}

/** Collection is switched off: nothing is written, and nothing stays owed. */
export const discardingHandlers: HandlerDependencies = {
  'hypothesis.selected': async () => {},
  'persona.updated': async () => {},
  'feedback.given': async () => {},
};
