import type { Db, Tx } from '@learning-loop/db/connect';
import { listRecentFeedback } from '@learning-loop/db/users/feedback';
import { listRecentHistory } from '@learning-loop/db/users/memories';
import { findPersonas } from '@learning-loop/db/users/personas';
import type { FeedbackGiven, HypothesisSelected } from '@learning-loop/events/event';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import { defaultFacets, selectionFacetDeltas } from '@learning-loop/learning/persona/facets';
import type { FacetContext, FacetDecision, Llm } from '@learning-loop/llm/llm';
import type { HandlerContext, Handlers } from '@learning-loop/queue/consumer/process-events';
import { type FacetUpdate, updatePersonas } from './update-personas.ts';

type LoadPersonaContext = (tx: Tx, users: UserKey[]) => Promise<(user: UserKey) => FacetContext>;

const perUser = 5;
const emptyContext: FacetContext = { facets: defaultFacets, history: [], feedback: [] };

export const loadPersonaContext: LoadPersonaContext = async (tx, users) => {
  const personas = Map.groupBy(await findPersonas(tx, users), userKey);
  const history = Map.groupBy(await listRecentHistory(tx, users, perUser), userKey);
  const feedback = Map.groupBy(await listRecentFeedback(tx, users, perUser), userKey);
  return (user) => {
    const key = userKey(user);
    return {
      facets: personas.get(key)?.[0]?.facets ?? defaultFacets,
      history: (history.get(key) ?? []).map(({ content }) => content),
      feedback: feedback.get(key) ?? [],
    };
  };
};

type Window<T> = [first: T, ...others: T[]];

/** One group per user and `windowMs` from its first event; groups and events in order of time. */
export function groupByWindow<T extends UserKey & { occurred_at: string }>(
  events: T[],
  windowMs: number,
): Window<T>[] {
  const ordered = events.toSorted((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
  return [...Map.groupBy(ordered, userKey).values()].flatMap((userEvents) => {
    const windows: Window<T>[] = [];
    for (const event of userEvents) {
      const current = windows.at(-1);
      if (current !== undefined && isWithin(current[0], event, windowMs)) current.push(event);
      else windows.push([event]);
    }
    return windows;
  });
}

interface Timed {
  occurred_at: string;
}

const isWithin = (first: Timed, event: Timed, windowMs: number): boolean =>
  Date.parse(event.occurred_at) - Date.parse(first.occurred_at) <= windowMs;

interface DecidedSelection {
  selection: HypothesisSelected;
  decision: FacetDecision;
}

/** A model decides once for the window, oldest first, on its last selection; the rules decide on each selection. */
async function decideDeltas(
  llm: Llm,
  selections: Window<HypothesisSelected>,
  personaContext: FacetContext,
): Promise<DecidedSelection[]> {
  const before = selections.slice(0, -1);
  const last = selections[before.length] ?? selections[0];
  const decision = await llm.facetDeltas({ selection: last, before, ...personaContext });
  return [
    ...before.map((selection) => ({ selection, decision: deltasForEarlier(decision, selection) })),
    { selection: last, decision },
  ];
}

function deltasForEarlier({ decided_by }: FacetDecision, selection: HypothesisSelected): FacetDecision {
  if (decided_by === 'rules') return { ...selectionFacetDeltas(selection), decided_by };
  return { deltas: {}, decided_by, reason: 'decided together with the pick that soon followed' };
}

interface HandlerDependencies {
  llm: Llm;
  /** Selections of a user in this time are decided together, if they are in the same batch. */
  windowMs: number;
}

type GetContext = Awaited<ReturnType<LoadPersonaContext>>;

/** A model may be slow: it decides before the transaction begins, on what was known when it was asked. */
export function createModelHandlers(db: Db, dependencies: HandlerDependencies): Handlers<'persona'> {
  const readContext = (users: UserKey[]) => db.transaction().execute((tx) => loadPersonaContext(tx, users));
  return {
    'hypothesis.selected': {
      prepare: async (selections) =>
        decideSelections(dependencies, selections, await readContext(selections)),
    },
    'feedback.given': {
      prepare: async (feedback) => decideFeedback(dependencies, feedback, await readContext(feedback)),
    },
  };
}

/** The rules use only the selection, and take no time. */
export function createRuleHandlers(dependencies: HandlerDependencies): Handlers<'persona'> {
  const getContext = () => emptyContext;
  return {
    'hypothesis.selected': async (selections, context) =>
      (await decideSelections(dependencies, selections, getContext))(selections, context),
    'feedback.given': async (feedback, context) =>
      (await decideFeedback(dependencies, feedback, getContext))(feedback, context),
  };
}

/** Returns what applies the decisions to those events that are still pending. */
async function decideSelections(
  { llm, windowMs }: HandlerDependencies,
  selections: HypothesisSelected[],
  getContext: GetContext,
) {
  const decided = await Promise.all(
    groupByWindow(selections, windowMs).map((window) => decideDeltas(llm, window, getContext(window[0]))),
  );
  const updates = decided.flat().map(toSelectionUpdate);
  return (pending: HypothesisSelected[], context: HandlerContext) =>
    updatePersonas(keepPending(updates, pending), context);
}

async function decideFeedback(
  { llm }: HandlerDependencies,
  feedback: FeedbackGiven[],
  getContext: GetContext,
) {
  const updates = await Promise.all(
    feedback.map(async (given) =>
      toFeedbackUpdate(given, await llm.feedbackDeltas({ given, ...getContext(given) })),
    ),
  );
  return (pending: FeedbackGiven[], context: HandlerContext) =>
    updatePersonas(keepPending(updates, pending), context);
}

/** An erasure, or another process, may have taken an event while the model decided. */
function keepPending(updates: FacetUpdate[], pending: { event_id: string }[]): FacetUpdate[] {
  const ids = new Set(pending.map(({ event_id }) => event_id));
  return updates.filter(({ cause }) => ids.has(cause.event_id));
}

function toSelectionUpdate({ selection, decision }: DecidedSelection): FacetUpdate {
  const { selected_id } = selection;
  const signals = { selected_hypothesis_id: selected_id, success: selected_id !== null };
  return { ...decision, cause: selection, interactions: 1, signals };
}

function toFeedbackUpdate(cause: FeedbackGiven, decision: FacetDecision): FacetUpdate {
  const success = cause.type === 'thumbs_up' || (cause.type === 'rating' && Number(cause.value) >= 4);
  const signals = { selected_hypothesis_id: null, success };
  return { ...decision, cause, interactions: 0, signals };
}
