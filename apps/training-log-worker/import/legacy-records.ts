import { Confidence, type Facets, facetNames } from '@learning-loop/events/fields';
import { deterministicId } from '@learning-loop/events/ids';
import {
  isText,
  isUserId,
  maxInputLength,
  maxQuestionLength,
  maxUserIdLength,
  textRule,
  userIdRule,
} from '@learning-loop/events/text-rules';
import type { TrainingRecords } from '@learning-loop/events/training-records';
import { Type } from 'typebox';
import { toTimestamp } from './legacy-times.ts';

// The established format: lines without event ids, tenants and positions.

const refined = (maxLength: number, check: (value: string) => boolean, rule: string) =>
  Type.Refine(Type.String({ minLength: 1, maxLength }), check, () => rule);
const UserId = refined(maxUserIdLength, isUserId, userIdRule);
const Question = refined(maxQuestionLength, isText, textRule);
const HypothesisId = refined(100, isText, textRule);
const Note = refined(maxInputLength, isText, textRule);
const OldTimestamp = Type.Refine(
  Type.Union([Type.String(), Type.Number()]),
  (value) => toTimestamp(value) !== undefined,
  () => 'must be a time such as 2025-03-01T12:00:00Z, or seconds since 1970',
);
const Label = Type.Union([Type.Literal('positive'), Type.Literal('negative')]);
const OldFacets = Type.Record(Type.String(), Confidence);
const Selected = Type.Union([Type.String(), Type.Null()]);

export const HypothesesLine = Type.Object({
  timestamp: OldTimestamp,
  user_id: UserId,
  user_input: Note,
  context: Type.Object({
    persona_facets: OldFacets,
    interaction_count: Type.Integer({ minimum: 0 }),
    recent_goals: Type.Array(Note),
    preferences: Type.Array(Note),
  }),
  hypotheses: Type.Array(Type.Object({ id: HypothesisId, question: Question, confidence: Confidence })),
  selected_id: Selected,
  label: Label,
});
type HypothesesLine = Type.Static<typeof HypothesesLine>;

export const PersonaLine = Type.Object({
  timestamp: OldTimestamp,
  user_id: UserId,
  old_facets: OldFacets,
  new_facets: OldFacets,
  facet_deltas: Type.Record(Type.String(), Type.Number()),
  signals: Type.Object({ selected_hypothesis_id: Selected, success: Type.Boolean() }),
});
type PersonaLine = Type.Static<typeof PersonaLine>;

const normalize = (timestamp: string | number): string => toTimestamp(timestamp) ?? '';

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
  const ids = line.hypotheses.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) throw new Error(`hypotheses has the id ${twice} twice`);
  const selected = line.hypotheses.find(({ id }) => id === selected_id);
  if (selected_id !== null && !selected)
    throw new Error(`selected_id is ${selected_id}, which is none of its hypotheses`);
  return {
    ...{ timestamp: normalize(timestamp), ...toIds(tenant, text), user_id, user_input },
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
    ...{ timestamp: normalize(timestamp), ...toIds(tenant, text), user_id },
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
