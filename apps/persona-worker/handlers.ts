import type { Tx } from '@learning-loop/db/connect';
import { listRecentFeedback } from '@learning-loop/db/users/feedback';
import { listRecentHistory } from '@learning-loop/db/users/memories';
import { findPersonas } from '@learning-loop/db/users/personas';
import type { FeedbackGiven, HypothesisSelected } from '@learning-loop/events/event';
import { type UserKey, userKey } from '@learning-loop/events/ids';
import { defaultFacets, selectionFacetDeltas } from '@learning-loop/learning/persona/facets';
import type { FacetContext, FacetDecision, Llm } from '@learning-loop/llm/llm';
import type { Handlers } from '@learning-loop/queue/consumer/process-events';
import { type FacetUpdate, updatePersonas } from './update-personas.ts';

export type LoadPersonaContext = (tx: Tx, users: UserKey[]) => Promise<(user: UserKey) => FacetContext>;

const perUser = 5;
const emptyContext: FacetContext = { facets: defaultFacets, history: [], feedback: [] };

/** For the rules, which use only the selection. */
export const noPersonaContext: LoadPersonaContext = async () => () => emptyContext;

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
  loadContext: LoadPersonaContext;
  /** Selections of a user in this time are decided together, if they are in the same batch. */
  windowMs: number;
}

export const createHandlers = ({ llm, loadContext, windowMs }: HandlerDependencies): Handlers<'persona'> => ({
  // Before any row is locked: the model may be slow.
  'hypothesis.selected': async (selections, context) => {
    const getContext = await loadContext(context.tx, selections);
    const decided = await Promise.all(
      groupByWindow(selections, windowMs).map((window) => decideDeltas(llm, window, getContext(window[0]))),
    );
    await updatePersonas(decided.flat().map(toSelectionUpdate), context);
  },
  'feedback.given': async (feedback, context) => {
    const getContext = await loadContext(context.tx, feedback);
    const updates = await Promise.all(
      feedback.map(async (given) =>
        toFeedbackUpdate(given, await llm.feedbackDeltas({ given, ...getContext(given) })),
      ),
    );
    await updatePersonas(updates, context);
  },
});

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
