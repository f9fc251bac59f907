import { literal } from './duckdb.ts';
import type { ReadLog } from './log-columns.ts';

type Piece = { text: string } | { sql: string };

/** As SQL for Parquet, and as the pieces of its JSON text. */
interface Expression {
  value: string;
  json: Piece[];
}

export interface SampleFile {
  name: string;
  log: ReadLog;
  from: string;
  fields: Record<string, Expression>;
}

const constant = (text: string): Expression => ({
  value: literal(text),
  json: [{ text: JSON.stringify(text) }],
});
const text = (sql: string): Expression => ({ value: sql, json: [{ sql: `to_json(${sql})::VARCHAR` }] });
const number = (sql: string): Expression => ({ value: sql, json: [{ sql }] });
/** Reads its JSON from the column `<column>_json`. */
const stored = (column: string): Expression => ({ value: column, json: [{ sql: `${column}_json` }] });

function chat(...messages: [role: string, content: Expression][]): Expression {
  const values = messages.map(([role, { value }]) => `{'role': '${role}', 'content': ${value}}`);
  const pieces = messages.flatMap(([role, { json }], i) => [
    { text: `${i === 0 ? '[' : ','}{"role":"${role}","content":` },
    ...json,
    { text: '}' },
  ]);
  return { value: `[${values.join(', ')}]`, json: [...pieces, { text: ']' }] };
}

const askForHypothesis = constant(
  'You say what a user most likely means by a request, as one question that the user can answer with yes.',
);
const askForDeltas = constant(
  'You say how the facets of a user persona move after a selection, as a JSON object of changes in [-0.1, 0.1].',
);
const personaRequest = text(
  "to_json({'facets': old_facets, 'selected': signals.selected_hypothesis_id, 'success': signals.success})::VARCHAR",
);

/** Formats of OpenAI's fine-tuning API and of TRL, whose trainers ignore extra fields. */
export const sampleFiles: SampleFile[] = [
  {
    name: 'hypotheses_chat',
    log: 'hypotheses_data',
    from: 'samples',
    fields: {
      messages: chat(
        ['system', askForHypothesis],
        ['user', stored('request')],
        ['assistant', stored('picked')],
      ),
    },
  },
  {
    name: 'hypotheses_completion',
    log: 'hypotheses_data',
    from: 'samples',
    fields: {
      prompt: text("concat('Request and context: ', request, chr(10), 'Meant:')"),
      completion: text("concat(' ', picked)"),
    },
  },
  {
    name: 'hypotheses_preference',
    log: 'hypotheses_data',
    from: '(select *, unnest(others) as other from samples)',
    fields: {
      prompt: chat(['system', askForHypothesis], ['user', stored('request')]),
      chosen: chat(['assistant', stored('picked')]),
      rejected: chat(['assistant', text('other.question')]),
      chosen_position: number('picked_place'),
      rejected_position: number('other.place'),
      weight: number('weight'),
    },
  },
  {
    name: 'persona_chat',
    log: 'persona_updates',
    from: 'chosen_persona_updates',
    fields: {
      messages: chat(
        ['system', askForDeltas],
        ['user', personaRequest],
        ['assistant', text('to_json(facet_deltas)::VARCHAR')],
      ),
    },
  },
];
