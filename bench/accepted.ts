import type { Db } from '@learning-loop/db/connect';
import { insertSelections } from '@learning-loop/db/loop/selections';
import { newId } from '@learning-loop/events/ids';
import { context, hypotheses, openInteractions } from './interactions.ts';

const answer = {
  enriched_prompt: 'prompt',
  tokens_estimate: 1,
  context_breakdown: { goal: 0, pref: 0, history: 0 },
};
const atOnce = 1_000;

/** Inserts accepted selections like the gateway, without HTTP and publishing; returns their event ids. */
export async function acceptMany(db: Db, count: number, users: number): Promise<string[]> {
  const open = await openInteractions(db, count, users);
  const selections = open.map((interaction) => ({
    answer,
    shown_at: new Date(),
    event: {
      ...interaction,
      schema_version: 1 as const,
      event_id: newId(),
      tenant_id: 'default',
      occurred_at: new Date().toISOString(),
      media_type: 'text/plain',
      ...{
        context,
        hypotheses,
        used_memories: [],
        selected_id: 'h1',
        auto_advanced: false,
        model_id: 'rules',
      },
    },
  }));
  for (let start = 0; start < selections.length; start += atOnce) {
    await insertSelections(db, selections.slice(start, start + atOnce));
  }
  return selections.map(({ event }) => event.event_id);
}
