import type { ReadLog } from './log-columns.ts';
import { literal } from './workspace.ts';

/** An expression twice, in SQL: as the value for Parquet, and as its JSON text, which is joined to lines. */
interface Expression {
  value: string;
  json: string;
}

export interface SampleFile {
  name: string;
  log: ReadLog;
  from: string;
  /** Fields of a line in their order, columns in Parquet. */
  fields: Record<string, Expression>;
}

const constant = (text: string): Expression => ({
  value: literal(text),
  json: literal(JSON.stringify(text)),
});
const text = (sql: string): Expression => ({ value: sql, json: `to_json(${sql})::VARCHAR` });
const number = (sql: string): Expression => ({ value: sql, json: `(${sql})::VARCHAR` });
/** A text whose JSON is in a column beside it. */
const stored = (column: string): Expression => ({ value: column, json: `${column}_json` });

function chat(...messages: [role: string, content: Expression][]): Expression {
  const values = messages.map(([role, { value }]) => `{'role': '${role}', 'content': ${value}}`);
  const jsons = messages.map(([role, { json }]) => `'{"role":"${role}","content":' || ${json} || '}'`);
  return { value: `[${values.join(', ')}]`, json: `'[' || ${jsons.join(" || ',' || ")} || ']'` };
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

/**
 * The formats of OpenAI's fine-tuning API and of TRL: `messages` for supervised fine-tuning, `prompt` and `completion`,
 * and conversational `prompt`, `chosen`, `rejected` for DPO. Trainers ignore the further fields of the latter.
 */
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
