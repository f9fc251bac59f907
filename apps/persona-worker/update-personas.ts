import type { Tx } from '@learning-loop/db/connect';
import {
  lockPersonas,
  type Persona,
  type PersonaUpdate,
  rewriteUpdates,
  savePersonas,
  updatesSince,
} from '@learning-loop/db/users/personas';
import type { PersonaUpdated } from '@learning-loop/events/event';
import type { Facets } from '@learning-loop/events/fields';
import { newId, type UserKey, userKey } from '@learning-loop/events/ids';
import { applyDeltas, defaultFacets } from '@learning-loop/learning/persona/facets';
import type { FacetDecision } from '@learning-loop/llm/llm';
import type { HandlerContext } from '@learning-loop/queue/consumer/process-events';

interface Step {
  old_facets: Facets;
  new_facets: Facets;
}

/** Where a persona stands after its changes, and every step that led there. */
interface ReplayResult {
  persona: Persona;
  /** One for each change, in the order of time. */
  moves: (Step & { change: FacetUpdate })[];
  /** Moves of before that come after one of the changes in time, as they are now. */
  corrected: PersonaUpdate[];
}

/** Whether one of the changes happened before, or at the same time as, a move that the persona has made. */
function isOutOfOrder({ moved_at }: Persona, changes: FacetUpdate[]): boolean {
  return (
    moved_at !== null && changes.some(({ cause }) => Date.parse(cause.occurred_at) <= moved_at.getTime())
  );
}

/**
 * Applies the changes in the order in which they happened, `later` moves among them: facets are clamped at every
 * step, so that the order matters, and the result must not depend on the order of delivery.
 */
function replayUpdates(start: Persona, changes: FacetUpdate[], later: PersonaUpdate[]): ReplayResult {
  const steps = [...changes.map((change) => ({ change })), ...later.map((move) => ({ move }))].toSorted(
    inTime,
  );
  const moves: ReplayResult['moves'] = [];
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

type Timed = { change: FacetUpdate } | { move: PersonaUpdate };

const timeOf = (step: Timed): number =>
  'change' in step ? Date.parse(step.change.cause.occurred_at) : step.move.occurred_at.getTime();

const idOf = (step: Timed): string => ('change' in step ? step.change.cause : step.move).event_id;

/** Events of the same millisecond go by their ids. */
const inTime = (a: Timed, b: Timed): number => timeOf(a) - timeOf(b) || (idOf(a) < idOf(b) ? -1 : 1);

/** What an event does to its user's persona, and why. */
export interface FacetUpdate extends FacetDecision {
  cause: UserKey & { event_id: string; interaction_id: string; occurred_at: string };
  /** How many interactions it adds to the user's count. */
  interactions: number;
  signals: PersonaUpdated['signals'];
}

/** Applies the changes to their users' personas, each user's in the order in which they happened. */
export async function updatePersonas(changes: FacetUpdate[], context: HandlerContext): Promise<void> {
  const { tx, emit, logAfterCommit: report } = context;
  const byUser = Map.groupBy(changes, ({ cause }) => userKey(cause));
  const ofUser = (user: UserKey) => byUser.get(userKey(user)) ?? [];
  const personas = await lockPersonas(
    tx,
    changes.map(({ cause }) => cause),
    defaultFacets,
  );
  const later = await loadLaterUpdates(tx, personas, ofUser);
  const walks = personas.map((persona) =>
    replayUpdates(persona, ofUser(persona), later.get(userKey(persona)) ?? []),
  );
  const moves = walks.flatMap(({ moves }) => moves.map((move) => ({ move, event: eventOf(move) })));
  await savePersonas(
    tx,
    walks.map(({ persona }) => persona),
    moves.map(({ move, event }) => ({ ...event, event_id: move.change.cause.event_id })),
  );
  const corrected = walks.flatMap((walked) => walked.corrected);
  if (corrected.length > 0) await rewriteUpdates(tx, corrected);
  await emit(...moves.map(({ event }) => ({ name: 'persona.updated' as const, event })));
  for (const { event } of moves) {
    const { interaction_id, facet_deltas, decided_by } = event;
    report('persona_updated', { interaction_id, facet_deltas, decided_by });
  }
}

/** What the personas did after the earliest change, where that comes late; mostly nothing, and then unasked. */
async function loadLaterUpdates(tx: Tx, personas: Persona[], ofUser: (user: UserKey) => FacetUpdate[]) {
  const late = personas.filter((persona) => isOutOfOrder(persona, ofUser(persona)));
  if (late.length === 0) return new Map<string, PersonaUpdate[]>();
  const since = late.map(({ tenant_id, user_id }) => {
    const times = ofUser({ tenant_id, user_id }).map(({ cause }) => cause.occurred_at);
    return { tenant_id, user_id, occurred_at: times.toSorted()[0] ?? '' };
  });
  return Map.groupBy(await updatesSince(tx, since), userKey);
}

function eventOf({ change, old_facets, new_facets }: ReplayResult['moves'][number]): PersonaUpdated {
  const { cause, deltas: facet_deltas, decided_by, reason, signals } = change;
  const { tenant_id, user_id, interaction_id, occurred_at } = cause;
  return {
    schema_version: 1,
    event_id: newId(),
    ...{ tenant_id, user_id, interaction_id, occurred_at },
    ...{ old_facets, new_facets, facet_deltas, decided_by, reason, signals },
  };
}
