import { lockPersonas, type Persona, savePersonas } from '@learning-loop/db/personas';
import { type UserKey, userKey } from '@learning-loop/db/user-key';
import { newId } from '@learning-loop/events/id';
import type { PersonaUpdated } from '@learning-loop/events/persona-updated';
import { applyDeltas, startFacets } from '@learning-loop/learning/persona';
import type { FacetDecision } from '@learning-loop/llm/llm';
import type { Context } from '@learning-loop/queue/learn';

/** What an event does to its user's persona, and why. */
export interface Change extends FacetDecision {
  cause: UserKey & { event_id: string; interaction_id: string; occurred_at: string };
  /** How many interactions it adds to the user's count. */
  interactions: number;
  signals: PersonaUpdated['signals'];
}

interface Move {
  change: Change;
  event: PersonaUpdated;
}

/** Applies the changes to their users' personas, each user's in the order in which they happened. */
export async function adapt(changes: Change[], { tx, emit, report }: Context): Promise<void> {
  const byUser = Map.groupBy(changes.toSorted(byTime), ({ cause }) => userKey(cause));
  const personas = await lockPersonas(
    tx,
    changes.map(({ cause }) => cause),
    startFacets,
  );
  const walks = personas.map((persona) => walk(persona, byUser.get(userKey(persona)) ?? []));
  const moves = walks.flatMap(({ moves }) => moves);
  await savePersonas(
    tx,
    walks.map(({ persona }) => persona),
    moves.map(rowOf),
  );
  await emit(...moves.map(({ event }) => ({ name: 'persona.updated' as const, event })));
  for (const { event } of moves) {
    const { interaction_id, facet_deltas, decided_by } = event;
    report('persona_updated', { interaction_id, facet_deltas, decided_by });
  }
}

const byTime = (a: Change, b: Change) => (a.cause.occurred_at < b.cause.occurred_at ? -1 : 1);

function walk(start: Persona, changes: Change[]): { persona: Persona; moves: Move[] } {
  let persona = start;
  const moves = changes.map((change) => {
    const old_facets = persona.facets;
    const facets = applyDeltas(old_facets, change.deltas);
    persona = { ...persona, facets, interaction_count: persona.interaction_count + change.interactions };
    return { change, event: eventOf(change, old_facets, facets) };
  });
  return { persona, moves };
}

function eventOf(
  change: Change,
  old_facets: Persona['facets'],
  new_facets: Persona['facets'],
): PersonaUpdated {
  const { cause, deltas: facet_deltas, decided_by, reason, signals } = change;
  const { tenant_id, user_id, interaction_id, occurred_at } = cause;
  return {
    schema_version: 1,
    event_id: newId(),
    ...{ tenant_id, user_id, interaction_id, occurred_at },
    ...{ old_facets, new_facets, facet_deltas, decided_by, reason, signals },
  };
}

/** The row is known by the event that caused it, so that an interaction finds what it taught. */
const rowOf = ({ change, event }: Move) => ({ ...event, event_id: change.cause.event_id });
