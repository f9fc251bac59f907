import type { Tx } from '@learning-loop/db/connect';
import { type UserKey, userKey } from '@learning-loop/db/user-key';
import { recentFeedback } from '@learning-loop/db/users/feedback';
import { recentHistory } from '@learning-loop/db/users/memories';
import { findPersonas } from '@learning-loop/db/users/personas';
import { startFacets } from '@learning-loop/learning/persona/facets';
import type { FacetBackground } from '@learning-loop/llm/llm';

/** What a model is told of users, besides what they did. */
export type ReadBackground = (tx: Tx, users: UserKey[]) => Promise<(user: UserKey) => FacetBackground>;

const perUser = 5;
const unknown: FacetBackground = { facets: startFacets, history: [], feedback: [] };

/** The rules look at nothing but the selection. */
export const noBackground: ReadBackground = async () => () => unknown;

/** One query for each kind, whatever the number of users. */
export const readBackground: ReadBackground = async (tx, users) => {
  const personas = Map.groupBy(await findPersonas(tx, users), userKey);
  const history = Map.groupBy(await recentHistory(tx, users, perUser), userKey);
  const feedback = Map.groupBy(await recentFeedback(tx, users, perUser), userKey);
  return (user) => {
    const key = userKey(user);
    return {
      facets: personas.get(key)?.[0]?.facets ?? startFacets,
      history: (history.get(key) ?? []).map(({ content }) => content),
      feedback: feedback.get(key) ?? [],
    };
  };
};
