import { readFileSync } from 'node:fs';
import type { Db } from '@learning-loop/db/connect';
import { newId } from '@learning-loop/events/ids';

const vocabulary = readFileSync(
  new URL('../../packages/learning/vectors/words.txt', import.meta.url),
  'utf8',
).split('\n');

let state = 1;
/** Lehmer's generator: the same texts in every run. */
function draw(below: number): number {
  state = (state * 48_271) % 2_147_483_647;
  return state % below;
}

/** Of this many characters: words of which hardly any occurs twice, so that nothing is known of them from before. */
export function rareText(length: number): string {
  const words: string[] = [];
  for (let left = length; left > 0; left -= (words.at(-1)?.length ?? 0) + 1)
    words.push(vocabulary[draw(vocabulary.length)] ?? 'word');
  return words.join(' ').slice(0, length).trim();
}

export interface History {
  tenant_id: string;
  user_id: string;
  picks: number;
  /** In characters. */
  inputLength: number;
  questionLength: number;
  questions: number;
}

/** Stores what the API and the workers store for so many picks with such texts. */
export async function storeHistory(db: Db, history: History): Promise<void> {
  const { tenant_id, user_id, picks, inputLength, questionLength, questions } = history;
  for (let i = 0; i < picks; i += 1) {
    const input_text = rareText(inputLength);
    const shown = Array.from({ length: questions }, (_, n) => ({
      ...{ question: rareText(questionLength), chosen: n === 0, raw_confidence: 0.3 },
    }));
    const content = `User requested: ${input_text} | Selected: ${shown[0]?.question}`;
    const ids = { pick: newId(), event: newId(), memory: newId() };
    const at = new Date();
    const owner = { tenant_id, user_id };
    await db
      .insertInto('selections')
      .values({
        ...{
          ...owner,
          interaction_id: ids.pick,
          event_id: ids.event,
          selected_id: 'h1',
          auto_advanced: false,
        },
        ...{ selected_at: at, input_text, shown: JSON.stringify(shown), answer: '{}' },
      })
      .execute();
    await db
      .insertInto('memories')
      .values({
        ...{
          ...owner,
          memory_id: ids.memory,
          type: 'history',
          content_key: ids.memory,
          content,
          confidence: 0.9,
        },
        ...{ tags: [], count: 1, first_seen: at, last_seen: at },
      })
      .execute();
  }
}
