import { sql } from 'kysely';

/** In characters: the texts of a selection are stored whole, and compared by their beginning. */
const maxLength = sql.lit(1_000);

export const cutInputText = sql`left(input_text, ${maxLength}) as input_text`;

/** In the order of `shown`. */
export const cutShown = sql`(
  select coalesce(jsonb_agg(
    jsonb_set(hypothesis, '{question}', to_jsonb(left(hypothesis ->> 'question', ${maxLength}))) order by place), '[]')
  from jsonb_array_elements(shown) with ordinality as part(hypothesis, place)) as shown`;
