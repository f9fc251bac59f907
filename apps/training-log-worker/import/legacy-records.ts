import { Confidence, type Facets, facetNames, Timestamp } from '@learning-loop/events/fields';
import { deterministicId } from '@learning-loop/events/ids';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { Type } from 'typebox';

// The established format: lines without event ids, tenants and positions.

const Name = Type.String({ minLength: 1 });
const Label = Type.Union([Type.Literal('positive'), Type.Literal('negative')]);
const OldFacets = Type.Record(Type.String(), Confidence);
const Selected = Type.Union([Type.String(), Type.Null()]);

export const HypothesesLine = Type.Object({
  timestamp: Timestamp,
  user_id: Name,
  user_input: Type.String(),
  context: Type.Object({
    persona_facets: OldFacets,
    interaction_count: Type.Integer({ minimum: 0 }),
    recent_goals: Type.Array(Type.String()),
    preferences: Type.Array(Type.String()),
  }),
  hypotheses: Type.Array(Type.Object({ id: Name, question: Type.String(), confidence: Confidence })),
  selected_id: Selected,
  label: Label,
});
type HypothesesLine = Type.Static<typeof HypothesesLine>;

export const PersonaLine = Type.Object({
  timestamp: Timestamp,
  user_id: Name,
  old_facets: OldFacets,
  new_facets: OldFacets,
  facet_deltas: Type.Record(Type.String(), Type.Number()),
  signals: Type.Object({ selected_hypothesis_id: Selected, success: Type.Boolean() }),
});
type PersonaLine = Type.Static<typeof PersonaLine>;

/** The id is derived from the line, so that importing it twice gives one event. */
function toIds(tenant_id: string, text: string) {
  const id = deterministicId(`${tenant_id}\n${text}`);
  return { event_id: id, tenant_id, interaction_id: id };
}

/** Hypotheses were shown in the order of the line, without exploration. */
export function toHypothesesRecord(
  line: HypothesesLine,
  tenant: string,
  text: string,
): TrainingRecords['hypotheses_data'] {
  const { timestamp, user_id, user_input, selected_id, label } = line;
  const selected = line.hypotheses.find(({ id }) => id === selected_id);
  if (selected_id !== null && !selected)
    throw new Error(`selected_id is ${selected_id}, which is none of its hypotheses`);
  return {
    ...{ timestamp, ...toIds(tenant, text), user_id, user_input },
    context: { ...line.context, persona_facets: toFacets(line.context.persona_facets) },
    hypotheses: line.hypotheses.map(({ id, question, confidence }, index) => ({
      ...{ id, question, confidence },
      position: index + 1,
      propensity: 1,
    })),
    ...{ selected_id, label, auto_advanced: false },
    selected_confidence: selected?.confidence ?? null,
    model_id: 'imported',
  };
}

export function toPersonaRecord(
  line: PersonaLine,
  tenant: string,
  text: string,
): TrainingRecords['persona_updates'] {
  const { timestamp, user_id, old_facets, new_facets, facet_deltas, signals } = line;
  return {
    ...{ timestamp, ...toIds(tenant, text), user_id },
    old_facets: toFacets(old_facets),
    new_facets: toFacets(new_facets),
    facet_deltas: Object.fromEntries(
      facetNames.flatMap((name) => (facet_deltas[name] === undefined ? [] : [[name, facet_deltas[name]]])),
    ),
    ...{ signals, decided_by: 'imported', reason: '' },
  };
}

/** Missing facets are neutral, 0.5. */
function toFacets(old: Record<string, number>): Facets {
  const { concise = 0.5, step_by_step = 0.5, code_first = 0.5, formal = 0.5 } = old;
  return { concise, step_by_step, code_first, formal };
}
