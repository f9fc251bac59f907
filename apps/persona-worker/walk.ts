import type { Persona, PersonaUpdate } from '@learning-loop/db/users/personas';
import type { Facets } from '@learning-loop/events/fields';
import { applyDeltas } from '@learning-loop/learning/persona/facets';
import type { Change } from './update-personas.ts';

interface Step {
  old_facets: Facets;
  new_facets: Facets;
}

/** Where a persona stands after its changes, and every step that led there. */
export interface Walk {
  persona: Persona;
  /** One for each change, in the order of time. */
  moves: (Step & { change: Change })[];
  /** Moves of before that come after one of the changes in time, as they are now. */
  corrected: PersonaUpdate[];
}

/** Whether one of the changes happened before, or at the same time as, a move that the persona has made. */
export function isLate({ moved_at }: Persona, changes: Change[]): boolean {
  return (
    moved_at !== null && changes.some(({ cause }) => Date.parse(cause.occurred_at) <= moved_at.getTime())
  );
}

/**
 * Applies the changes in the order in which they happened, `later` moves among them: facets are clamped at every
 * step, so that the order matters, and the result must not depend on the order of delivery.
 */
export function walk(start: Persona, changes: Change[], later: PersonaUpdate[]): Walk {
  const steps = [...changes.map((change) => ({ change })), ...later.map((move) => ({ move }))].toSorted(
    inTime,
  );
  const moves: Walk['moves'] = [];
  const corrected: PersonaUpdate[] = [];
  let facets = later[0]?.old_facets ?? start.facets;
  for (const step of steps) {
    const old_facets = facets;
    facets = applyDeltas(old_facets, 'change' in step ? step.change.deltas : step.move.facet_deltas);
    if ('change' in step) moves.push({ change: step.change, old_facets, new_facets: facets });
    else corrected.push({ ...step.move, old_facets, new_facets: facets });
  }
  const interaction_count = changes.reduce(
    (sum, { interactions }) => sum + interactions,
    start.interaction_count,
  );
  const last = steps.at(-1);
  const moved_at = last ? new Date(Math.max(timeOf(last), start.moved_at?.getTime() ?? 0)) : start.moved_at;
  return { persona: { ...start, facets, interaction_count, moved_at }, moves, corrected };
}

type Timed = { change: Change } | { move: PersonaUpdate };

const timeOf = (step: Timed): number =>
  'change' in step ? Date.parse(step.change.cause.occurred_at) : step.move.occurred_at.getTime();

const idOf = (step: Timed): string => ('change' in step ? step.change.cause : step.move).event_id;

/** Events of the same millisecond go by their ids. */
const inTime = (a: Timed, b: Timed): number => timeOf(a) - timeOf(b) || (idOf(a) < idOf(b) ? -1 : 1);
