const line = {
  timestamp: 'VARCHAR',
  event_id: 'VARCHAR',
  tenant_id: 'VARCHAR',
  user_id: 'VARCHAR',
};
const facets = 'STRUCT(concise DOUBLE, step_by_step DOUBLE, code_first DOUBLE, formal DOUBLE)';

/** Columns to read; lines that do not match these types are set aside. */
export const columns = {
  hypotheses_data: {
    ...line,
    user_input: 'VARCHAR',
    context: `STRUCT(persona_facets ${facets}, interaction_count BIGINT, recent_goals VARCHAR[], preferences VARCHAR[],
      dislikes VARCHAR[])`,
    hypotheses:
      'STRUCT(id VARCHAR, question VARCHAR, confidence DOUBLE, position INTEGER, propensity DOUBLE)[]',
    selected_id: 'VARCHAR',
    label: 'VARCHAR',
    selected_confidence: 'DOUBLE',
  },
  persona_updates: {
    ...line,
    old_facets: facets,
    new_facets: facets,
    facet_deltas: 'MAP(VARCHAR, DOUBLE)',
    signals: 'STRUCT(selected_hypothesis_id VARCHAR, success BOOLEAN)',
    reason: 'VARCHAR',
  },
  ranking_data: {
    ...line,
    hypotheses:
      'STRUCT(id VARCHAR, position INTEGER, propensity DOUBLE, features MAP(VARCHAR, DOUBLE), chosen BOOLEAN)[]',
  },
} as const;
export type ReadLog = keyof typeof columns;

/** Required besides event, tenant and user. */
export const complete: Record<ReadLog, string> = {
  hypotheses_data: 'user_input is not null and hypotheses is not null and context is not null',
  persona_updates: 'old_facets is not null and new_facets is not null and signals is not null',
  ranking_data: 'len(hypotheses) > 0',
};

const selectedField = (field: string) => `list_filter(hypotheses, lambda h: h.id = selected_id)[1].${field}`;

export const usable: Record<ReadLog, string> = {
  // An empty text is no turn of an assistant.
  hypotheses_data: `label = 'positive' and trim(coalesce(${selectedField('question')}, '')) <> ''`,
  persona_updates: 'cardinality(facet_deltas) > 0',
  ranking_data: 'len(hypotheses) > 1 and len(list_filter(hypotheses, lambda h: h.chosen)) = 1',
};

/** In [0, 1]. */
export const confidence: Record<ReadLog, string> = {
  hypotheses_data: `coalesce(selected_confidence, ${selectedField('confidence')}, 0)`,
  persona_updates: '1',
  ranking_data: '1',
};

/** Columns to deduplicate by; null where every line counts. */
export const texts: Record<ReadLog, { request: string; selection: string } | null> = {
  hypotheses_data: { request: 'user_input', selection: selectedField('question') },
  persona_updates: null,
  ranking_data: null,
};
