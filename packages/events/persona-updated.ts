import { Type } from 'typebox';
import { envelope } from './envelope.ts';
import { FacetDeltas, Facets } from './fields.ts';

/** A persona moved. */
export const PersonaUpdated = Type.Object({
  ...envelope,
  old_facets: Facets,
  new_facets: Facets,
  facet_deltas: FacetDeltas,
  signals: Type.Object({
    selected_hypothesis_id: Type.Union([Type.String(), Type.Null()]),
    success: Type.Boolean(),
  }),
  /** Who proposed the deltas: `rules`, or the model's id. */
  decided_by: Type.String(),
  reason: Type.String(),
});
export type PersonaUpdated = Type.Static<typeof PersonaUpdated>;
