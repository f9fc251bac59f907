import { createHash } from 'node:crypto';
import { type LearnedMemory, upsertMemories } from '@learning-loop/db/memories';
import type { HypothesisSelected } from '@learning-loop/events/hypothesis-selected';
import { newId } from '@learning-loop/events/id';
import { extractGoal, extractPreferences, memoryKey } from '@learning-loop/learning/extract';
import { historyContent } from '@learning-loop/learning/history';
import type { Context } from '@learning-loop/queue/learn';

/** A preference is read between the lines of what was chosen: less sure than the choice itself. */
const preferenceDiscount = 0.9;
const learnedTags = ['learned', 'hypothesis_derived'];

/** Turns picks into goals, preferences and history. */
export async function remember(events: HypothesisSelected[], { tx, report }: Context): Promise<void> {
  const memories = events.flatMap(memoriesOf);
  await upsertMemories(tx, memories);
  for (const { type, content, user_id, interaction_id } of memories) {
    const fields = { interaction_id, user_id, content };
    if (type === 'goal') report('goal_learned_from_hypothesis', fields);
    if (type === 'preference') report('preference_learned', fields);
  }
}

type Lesson = Pick<LearnedMemory, 'type' | 'content_key' | 'content' | 'confidence' | 'tags' | 'slot'>;

function memoriesOf(event: HypothesisSelected): LearnedMemory[] {
  const { tenant_id, user_id, interaction_id, occurred_at: seen_at } = event;
  return lessonsOf(event).map((lesson) => ({
    ...lesson,
    ...{ tenant_id, user_id, interaction_id, seen_at },
    memory_id: newId(),
  }));
}

function lessonsOf(event: HypothesisSelected): Lesson[] {
  const selected = event.hypotheses.find(({ id }) => id === event.selected_id);
  const history: Lesson = {
    type: 'history',
    content_key: event.event_id,
    content: historyContent(event.input_text, selected?.question ?? null),
    confidence: selected?.confidence ?? 1,
    tags: ['interaction', event.media_type, ...(selected ? [selected.id] : [])],
    slot: null,
  };
  return selected ? [history, ...wantsOf(selected, event.input_text)] : [history];
}

function wantsOf(
  { question, confidence }: { question: string; confidence: number },
  inputText: string,
): Lesson[] {
  const goal = extractGoal(question, inputText);
  const preferences = extractPreferences(question, inputText);
  const liked = confidence * preferenceDiscount;
  return [
    ...(goal ? [lesson('goal', goal.content, confidence, null)] : []),
    ...preferences.map(({ content, slot }) => lesson('preference', content, liked, slot)),
  ];
}

function lesson(
  type: 'goal' | 'preference',
  content: string,
  confidence: number,
  slot: string | null,
): Lesson {
  return { type, content_key: digest(memoryKey(content)), content, confidence, tags: learnedTags, slot };
}

/** Keys are indexed, and an index entry has a limit that a long text would pass. */
function digest(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
