import { requestEmbeddings } from '@learning-loop/db/users/embeddings';
import {
  lockUserSlots,
  type NewMemory,
  supersedeOlder,
  upsertMemories,
} from '@learning-loop/db/users/upsert-memories';
import type { HypothesisSelected } from '@learning-loop/events/event';
import { newId } from '@learning-loop/events/ids';
import { extractGoal, extractPreferences } from '@learning-loop/learning/memories/extract';
import {
  contentKey,
  historyContent,
  memoryKey,
  preferenceContent,
} from '@learning-loop/learning/memories/memory';
import type { HandlerContext } from '@learning-loop/queue/consumer/process-events';

/** A preference is inferred from the selection, so it is less certain. */
const preferenceDiscount = 0.9;
/** A selection that repeats one of our own memories is weak evidence. */
const echoWeight = 0.25;
const derivedTags = ['learned', 'hypothesis_derived'];

export async function extractMemories(
  events: HypothesisSelected[],
  { tx, logAfterCommit }: HandlerContext,
  embed = false,
): Promise<void> {
  const memories = events.flatMap(toMemories);
  await lockUserSlots(tx, memories);
  await upsertMemories(tx, memories);
  await supersedeOlder(tx, memories);
  if (embed) await requestEmbeddings(tx, memories);
  for (const { type, interaction_id } of memories) {
    if (type === 'goal') logAfterCommit('goal_learned_from_hypothesis', { interaction_id });
    if (type === 'preference') logAfterCommit('preference_learned', { interaction_id });
  }
}

type MemoryDraft = Pick<NewMemory, 'type' | 'content_key' | 'content' | 'confidence' | 'tags' | 'slot'>;

function toMemories(event: HypothesisSelected): NewMemory[] {
  const { tenant_id, user_id, interaction_id, occurred_at: seen_at } = event;
  return toDrafts(event).map((draft) => ({
    ...draft,
    ...{ tenant_id, user_id, interaction_id, seen_at },
    memory_id: newId(),
  }));
}

function toDrafts(event: HypothesisSelected): MemoryDraft[] {
  const selected = event.hypotheses.find(({ id }) => id === event.selected_id);
  const history: MemoryDraft = {
    type: 'history',
    content_key: event.event_id,
    content: historyContent(event.input_text, selected?.question ?? null),
    confidence: selected?.confidence ?? 1,
    tags: ['interaction', event.media_type, ...(selected ? [selected.id] : [])],
    slot: null,
  };
  return selected ? [history, ...goalsAndPreferences(selected, event)] : [history];
}

function goalsAndPreferences(
  { question, confidence }: { question: string; confidence: number },
  event: HypothesisSelected,
): MemoryDraft[] {
  const draft = (type: 'goal' | 'preference', content: string, certainty: number, slot: string | null) => {
    const key = memoryKey(content);
    const weight = isEcho(key, event) ? echoWeight : 1;
    return {
      type,
      content_key: contentKey(content),
      content,
      confidence: certainty * weight,
      tags: derivedTags,
      slot,
    };
  };
  const goal = extractGoal(question, event.input_text);
  const preferences = extractPreferences(question, event.input_text);
  return [
    ...(goal ? [draft('goal', goal.content, confidence, null)] : []),
    ...preferences.map(({ content, slot }) =>
      draft('preference', content, confidence * preferenceDiscount, slot),
    ),
  ];
}

/** Our own memory put this into the hypothesis; the user did not say it. */
function isEcho(key: string, { context, input_text, model_id }: HypothesisSelected): boolean {
  if (model_id === 'candidates') return false;
  const memories = [
    ...context.recent_goals,
    ...context.preferences.map((thing) => preferenceContent('like', thing)),
    ...(context.dislikes ?? []).map((thing) => preferenceContent('dislike', thing)),
  ];
  const inputWords = new Set(memoryKey(input_text).split(' '));
  return (
    memories.some((content) => memoryKey(content) === key) &&
    !key.split(' ').every((word) => inputWords.has(word))
  );
}
