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

export interface FacetUpdate extends FacetDecision {
  cause: UserKey & { event_id: string; interaction_id: string; occurred_at: string };
  /** Added to the user's interaction count. */
  interactions: number;
  signals: PersonaUpdated['signals'];
}

interface AppliedUpdate {
  update: FacetUpdate;
  old_facets: Facets;
  new_facets: Facets;
}

interface ReplayResult {
  persona: Persona;
  /** In order of time. */
  applied: AppliedUpdate[];
  /** Earlier deliveries that happened after one of the updates, with their new facets. */
  corrected: PersonaUpdate[];
}

function isOutOfOrder({ moved_at }: Persona, updates: FacetUpdate[]): boolean {
  return (
    moved_at !== null && updates.some(({ cause }) => Date.parse(cause.occurred_at) <= moved_at.getTime())
  );
}

/**
 * Applies the updates in the order in which they happened, among those of `later`: facets are clamped at every step, so
 * the order matters, and the result must not depend on the order of delivery.
 */
function replayUpdates(start: Persona, updates: FacetUpdate[], later: PersonaUpdate[]): ReplayResult {
  const steps: Step[] = [...updates.map((update) => ({ update })), ...later.map((saved) => ({ saved }))];
  steps.sort(compareSteps);
  const applied: AppliedUpdate[] = [];
  const corrected: PersonaUpdate[] = [];
  let facets = later[0]?.old_facets ?? start.facets;
  for (const step of steps) {
    const old_facets = facets;
    facets = applyDeltas(old_facets, 'update' in step ? step.update.deltas : step.saved.facet_deltas);
    if ('update' in step) applied.push({ update: step.update, old_facets, new_facets: facets });
    else corrected.push({ ...step.saved, old_facets, new_facets: facets });
  }
  const interaction_count = updates.reduce(
    (sum, { interactions }) => sum + interactions,
    start.interaction_count,
  );
  const last = steps.at(-1);
  const moved_at = last ? new Date(Math.max(getTime(last), start.moved_at?.getTime() ?? 0)) : start.moved_at;
  return { persona: { ...start, facets, interaction_count, moved_at }, applied, corrected };
}

type Step = { update: FacetUpdate } | { saved: PersonaUpdate };

const getTime = (step: Step): number =>
  'update' in step ? Date.parse(step.update.cause.occurred_at) : step.saved.occurred_at.getTime();

const getEventId = (step: Step): string => ('update' in step ? step.update.cause : step.saved).event_id;

/** Within a millisecond by event id. */
const compareSteps = (a: Step, b: Step): number =>
  getTime(a) - getTime(b) || (getEventId(a) < getEventId(b) ? -1 : 1);

export async function updatePersonas(updates: FacetUpdate[], context: HandlerContext): Promise<void> {
  const { tx, emit, logAfterCommit } = context;
  const byUser = Map.groupBy(updates, ({ cause }) => userKey(cause));
  const getUpdates = (user: UserKey) => byUser.get(userKey(user)) ?? [];
  const users = updates.map(({ cause }) => cause);
  const personas = await lockPersonas(tx, users, defaultFacets);
  const later = await loadLaterUpdates(tx, personas, getUpdates);
  const replays = personas.map((persona) =>
    replayUpdates(persona, getUpdates(persona), later.get(userKey(persona)) ?? []),
  );
  const applied = replays.flatMap((replay) => replay.applied);
  const emitted = applied.map((one) => ({ cause: one.update.cause, event: toEvent(one) }));
  await savePersonas(
    tx,
    replays.map(({ persona }) => persona),
    emitted.map(({ cause, event }) => ({ ...event, event_id: cause.event_id })),
  );
  const corrected = replays.flatMap((replay) => replay.corrected);
  if (corrected.length > 0) await rewriteUpdates(tx, corrected);
  await emit(...emitted.map(({ event }) => ({ name: 'persona.updated' as const, event })));
  for (const { event } of emitted) {
    const { interaction_id, facet_deltas, decided_by } = event;
    logAfterCommit('persona_updated', { interaction_id, facet_deltas, decided_by });
  }
}

/** Only for personas with an update out of order; usually there are none, and no query. */
async function loadLaterUpdates(tx: Tx, personas: Persona[], getUpdates: (user: UserKey) => FacetUpdate[]) {
  const outOfOrder = personas.filter((persona) => isOutOfOrder(persona, getUpdates(persona)));
  if (outOfOrder.length === 0) return new Map<string, PersonaUpdate[]>();
  const since = outOfOrder.map(({ tenant_id, user_id }) => {
    const times = getUpdates({ tenant_id, user_id }).map(({ cause }) => cause.occurred_at);
    return { tenant_id, user_id, occurred_at: times.toSorted()[0] ?? '' };
  });
  return Map.groupBy(await updatesSince(tx, since), userKey);
}

function toEvent({ update, old_facets, new_facets }: AppliedUpdate): PersonaUpdated {
  const { cause, deltas: facet_deltas, decided_by, reason, signals } = update;
  const { tenant_id, user_id, interaction_id, occurred_at } = cause;
  return {
    schema_version: 1,
    event_id: newId(),
    ...{ tenant_id, user_id, interaction_id, occurred_at },
    ...{ old_facets, new_facets, facet_deltas, decided_by, reason, signals },
  };
}
