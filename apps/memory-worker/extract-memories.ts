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
import { contentKey, historyContent, memoryKey } from '@learning-loop/learning/memories/memory';
import type { HandlerContext } from '@learning-loop/queue/consumer/process-events';

/** A preference is read between the lines of what was chosen: less sure than the choice itself. */
const preferenceDiscount = 0.9;
/** What merely repeats a memory of ours proves little. */
const echoWeight = 0.25;
const learnedTags = ['learned', 'hypothesis_derived'];

/** Turns picks into goals, preferences and history; `embedded` says whether a model is to embed them afterwards. */
export async function extractMemories(
  events: HypothesisSelected[],
  { tx, logAfterCommit: report }: HandlerContext,
  embedded = false,
): Promise<void> {
  const memories = events.flatMap(toMemories);
  await lockUserSlots(tx, memories);
  await upsertMemories(tx, memories);
  await supersedeOlder(tx, memories);
  if (embedded) await requestEmbeddings(tx, memories);
  for (const { type, interaction_id } of memories) {
    if (type === 'goal') report('goal_learned_from_hypothesis', { interaction_id });
    if (type === 'preference') report('preference_learned', { interaction_id });
  }
}

type MemoryDraft = Pick<NewMemory, 'type' | 'content_key' | 'content' | 'confidence' | 'tags' | 'slot'>;

function toMemories(event: HypothesisSelected): NewMemory[] {
  const { tenant_id, user_id, interaction_id, occurred_at: seen_at } = event;
  return memoriesOfSelection(event).map((lesson) => ({
    ...lesson,
    ...{ tenant_id, user_id, interaction_id, seen_at },
    memory_id: newId(),
  }));
}

function memoriesOfSelection(event: HypothesisSelected): MemoryDraft[] {
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
  const lesson = (type: 'goal' | 'preference', content: string, certainty: number, slot: string | null) => {
    const key = memoryKey(content);
    const weight = isEcho(key, event) ? echoWeight : 1;
    return {
      type,
      content_key: contentKey(content),
      content,
      confidence: certainty * weight,
      tags: learnedTags,
      slot,
    };
  };
  const goal = extractGoal(question, event.input_text);
  const preferences = extractPreferences(question, event.input_text);
  return [
    ...(goal ? [lesson('goal', goal.content, confidence, null)] : []),
    ...preferences.map(({ content, slot }) =>
      lesson('preference', content, confidence * preferenceDiscount, slot),
    ),
  ];
}

/** Whether we put this into the hypothesis ourselves, from what we knew, and the user did not say it. */
function isEcho(key: string, { context, input_text, model_id }: HypothesisSelected): boolean {
  if (model_id === 'candidates') return false;
  const known = [...context.recent_goals, ...context.preferences.map((liked) => `Prefers: ${liked}`)];
  const said = new Set(memoryKey(input_text).split(' '));
  return (
    known.some((content) => memoryKey(content) === key) && !key.split(' ').every((word) => said.has(word))
  );
}
