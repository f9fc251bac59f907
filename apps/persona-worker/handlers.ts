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

/** What a model is told of users, besides what they did. */
export type LoadPersonaContext = (tx: Tx, users: UserKey[]) => Promise<(user: UserKey) => FacetContext>;

const perUser = 5;
const unknown: FacetContext = { facets: defaultFacets, history: [], feedback: [] };

/** The rules look at nothing but the selection. */
export const noPersonaContext: LoadPersonaContext = async () => () => unknown;

/** One query for each kind, whatever the number of users. */
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

/** Groups what each user did within so many milliseconds of a first deed; each group and the groups in order of time. */
export function groupByWindow<T extends UserKey & { occurred_at: string }>(
  deeds: T[],
  windowMs: number,
): T[][] {
  const ordered = deeds.toSorted((a, b) => Date.parse(a.occurred_at) - Date.parse(b.occurred_at));
  return [...Map.groupBy(ordered, userKey).values()].flatMap((ofUser) => {
    const windows: T[][] = [];
    for (const deed of ofUser) {
      const current = windows.at(-1);
      if (current !== undefined && isWithin(current[0], deed, windowMs)) current.push(deed);
      else windows.push([deed]);
    }
    return windows;
  });
}

function isWithin(
  first: { occurred_at: string } | undefined,
  deed: { occurred_at: string },
  windowMs: number,
): boolean {
  return first !== undefined && Date.parse(deed.occurred_at) - Date.parse(first.occurred_at) <= windowMs;
}

interface Decided {
  selection: HypothesisSelected;
  decision: FacetDecision;
}

/**
 * What the picks of one window, oldest first, do to the facets: a model decides once for all of them, with the last
 * one, and the others only count. Where the rules answer instead, they decide on each.
 */
async function decideDeltas(
  llm: Llm,
  picks: HypothesisSelected[],
  background: FacetContext,
): Promise<Decided[]> {
  const last = picks.at(-1);
  if (last === undefined) return [];
  const before = picks.slice(0, -1);
  const decision = await llm.facetDeltas({ selection: last, before, ...background });
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
  readBackground: LoadPersonaContext;
  /** Picks of a user within so many milliseconds are decided upon together, as far as they are delivered together. */
  windowMs: number;
}

/** How the persona worker learns from picks and from feedback. */
export const createHandlers = ({
  llm,
  readBackground,
  windowMs,
}: HandlerDependencies): Handlers<'persona'> => ({
  // The deltas are asked for before any row is locked: a model may take its time.
  'hypothesis.selected': async (selections, context) => {
    const background = await readBackground(context.tx, selections);
    const decided = await Promise.all(
      groupByWindow(selections, windowMs).map((picks) => {
        const [user] = picks;
        return user === undefined ? [] : decideDeltas(llm, picks, background(user));
      }),
    );
    await updatePersonas(decided.flat().map(toSelectionUpdate), context);
  },
  'feedback.given': async (all, context) => {
    const background = await readBackground(context.tx, all);
    const changes = await Promise.all(
      all.map(async (given) =>
        toFeedbackUpdate(given, await llm.feedbackDeltas({ given, ...background(given) })),
      ),
    );
    await updatePersonas(changes, context);
  },
});

function toSelectionUpdate({
  selection,
  decision,
}: {
  selection: HypothesisSelected;
  decision: FacetDecision;
}): FacetUpdate {
  const { selected_id } = selection;
  const signals = { selected_hypothesis_id: selected_id, success: selected_id !== null };
  return { ...decision, cause: selection, interactions: 1, signals };
}

function toFeedbackUpdate(cause: FeedbackGiven, decision: FacetDecision): FacetUpdate {
  const success = cause.type === 'thumbs_up' || (cause.type === 'rating' && Number(cause.value) >= 4);
  const signals = { selected_hypothesis_id: null, success };
  return { ...decision, cause, interactions: 0, signals };
}
