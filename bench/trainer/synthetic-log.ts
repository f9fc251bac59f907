import path from 'node:path';
import { literal, type Workspace } from 'trainer/dataset/duckdb';

/** Each makes some fifty of a million selections. */
const users = 20_000;
const positions = [1, 2, 3];

const vocabulary =
  'api server deploy build test login cache queue worker stream parser index search image cloud docker python rust go java react kafka redis graph model train data report chart export billing invoice token session'.split(
    ' ',
  );
const features =
  'prior chosen_terms chosen_words chosen_direction tenant_terms tenant_words tenant_direction request goal preference persona'.split(
    ' ',
  );

/** The k-th number, in [0, 1), of selection i; and the k-th word of selection j. */
const number = (k: number) => `round((hash(i, ${k}) % 10000) / 10000, 4)`;
const word = (k: number) =>
  `list_extract([${vocabulary.map(literal).join(', ')}], (hash(j, ${k}) % ${vocabulary.length})::int + 1)`;
const question = (position: number) => {
  const [verb, one, other, tool, place] = [0, 1, 2, 3, 4].map((k) => word(10 * position + k));
  return `concat('Do you want to ', ${verb}, ' a ', ${one}, ' ', ${other}, ' with ', ${tool}, ' and ', ${place}, ' deployment?')`;
};
const confidence = (position: number) => `round(0.5 + (hash(j, ${40 + position}) % 5000) / 10000, 4)`;
const selected = `case when hash(j, 50) % 20 > 0 then hash(j, 51) % 3 + 1 end`;
const selectedId = `'h' || (${selected})`;

const line = `strftime(make_timestamp((1790000000 + i) * 1000000), '%Y-%m-%dT%H:%M:%S.000Z') as timestamp,
  '0192a000-0000-7000-8000-' || lpad(to_hex(i), 12, '0') as event_id, 'default' as tenant_id,
  'user-' || (i % ${users}) as user_id, 'interaction-' || i as interaction_id`;
const facets = `{'concise': ${number(1)}, 'step_by_step': 0.5, 'code_first': 0.5, 'formal': 0.5}`;
const propensity = (position: number) => (position === 2 ? 0.95 : 0.975);

const records = {
  hypotheses_data: `${line},
    concat('please ', ${word(1)}, ' the ', ${word(2)}, ' ', ${word(3)}, ' for ', ${word(4)}, ' and ', ${word(5)},
      case when hash(i, 2) % 20 = 0 then concat(' and mail bob', i, '@example.com') else '' end) as user_input,
    {'persona_facets': ${facets}, 'interaction_count': i // ${users},
      'recent_goals': ['build a ' || ${word(6)}, 'deploy ' || ${word(7)}],
      'preferences': [${word(8)}, ${word(9)}, ${word(5)}]} as context,
    [${positions.map((n) => `{'id': 'h${n}', 'question': ${question(n)}, 'confidence': ${confidence(n)}, 'position': ${n}, 'propensity': ${propensity(n)}}`).join(', ')}] as hypotheses,
    ${selectedId} as selected_id, if(${selected} is null, 'negative', 'positive') as label, false as auto_advanced,
    case ${selected} ${positions.map((n) => `when ${n} then ${confidence(n)}`).join(' ')} end as selected_confidence,
    'rules' as model_id`,
  persona_updates: `${line}, ${facets} as old_facets, ${facets} as new_facets, {'concise': 0.02} as facet_deltas,
    {'selected_hypothesis_id': ${selectedId}, 'success': true} as signals, 'rules' as decided_by, 'h1' as reason`,
  ranking_data: `${line}, []::VARCHAR[] as used_memories,
    [${positions.map((n) => `{'id': 'h${n}', 'position': ${n}, 'propensity': ${propensity(n)}, 'score': ${number(60 + n)}, 'features': {${features.map((name, k) => `'${name}': ${number(100 * n + k)}`).join(', ')}}, 'chosen': coalesce(${selected} = ${n}, false)}`).join(', ')}] as hypotheses,
    'rules' as model_id`,
};

/**
 * Writes a deterministic training log: one line in twenty contains a mail address, one has no selection, one repeats
 * an earlier request of its user.
 */
export async function writeSyntheticLog(
  workspace: Workspace,
  directory: string,
  selections: number,
): Promise<void> {
  for (const [name, columns] of Object.entries(records))
    await workspace.copy(`(
      select ${columns} from (
        select i, if(hash(i, 99) % 20 = 0 and i >= ${users}, i - ${users}, i) as j from range(${selections}) as numbers(i)
      )) to ${literal(path.join(directory, `${name}.jsonl`))} (format json)`);
}
