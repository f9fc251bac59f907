import type { Db } from '@learning-loop/db/connect';
import { newId } from '@learning-loop/events/ids';
import { sql } from 'kysely';

export interface OpenInteraction {
  interaction_id: string;
  user_id: string;
  input_text: string;
}

const questions = [
  'Do you want to build a REST API with FastAPI and Docker deployment?',
  'Do you want to design the contract of the REST API first, with an OpenAPI description?',
  'Do you want to build a GraphQL API with Node.js and PostgreSQL?',
];

export const hypotheses = questions.map((question, place) => ({
  id: `h${place + 1}`,
  question,
  rationale: 'for the benchmark',
  confidence: 0.4,
  raw_confidence: 0.4,
  position: place + 1,
  score: -place,
  propensity: 0.95,
  features: {
    prior: 0.3,
    request: 0.8,
    goal: 0,
    preference: 0,
    persona: 0,
    chosen_terms: 0,
    chosen_words: 0,
  },
}));

export const context = {
  persona_facets: { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 },
  interaction_count: 0,
  recent_goals: [],
  preferences: [],
};

/** Inserts open interactions without the API, since only the selections are measured. */
export async function openInteractions(
  db: Db,
  count: number,
  users: number | ((n: number) => string),
): Promise<OpenInteraction[]> {
  const userOf = typeof users === 'function' ? users : (n: number) => `user-${n % users}`;
  const open = Array.from({ length: count }, (_, n) => ({
    interaction_id: newId(),
    user_id: userOf(n),
    input_text: 'build api',
  }));
  await sql`
    insert into interactions (tenant_id, interaction_id, user_id, created_at, input_text, media_type, model_id, context,
      hypotheses, used_memories, auto_advance)
    select 'default', interaction_id, user_id, now(), input_text, 'text/plain', 'rules',
      ${JSON.stringify(context)}::jsonb, ${JSON.stringify(hypotheses)}::jsonb, '[]', false
    from jsonb_to_recordset(${JSON.stringify(open)}::jsonb) as row(interaction_id uuid, user_id text, input_text text)`.execute(
    db,
  );
  return open;
}

/** The same for the plain route. */
export async function openPlainInteractions(
  db: Db,
  count: number,
  users: number,
): Promise<OpenInteraction[]> {
  const open = Array.from({ length: count }, (_, n) => ({
    interaction_id: newId(),
    user_id: `user-${n % users}`,
    input_text: 'build api',
  }));
  await sql`
    insert into plain_interactions (interaction_id, user_id, input_text, hypotheses)
    select interaction_id, user_id, input_text, ${JSON.stringify(hypotheses)}::jsonb
    from jsonb_to_recordset(${JSON.stringify(open)}::jsonb) as row(interaction_id uuid, user_id text, input_text text)`.execute(
    db,
  );
  return open;
}

export const toExecuteBody = ({ interaction_id, user_id, input_text }: OpenInteraction): string =>
  JSON.stringify({ interaction_id, user_id, input_text, hypothesis_id: 'h1' });
