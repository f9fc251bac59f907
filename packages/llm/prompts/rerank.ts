import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { RerankRequest } from '../llm.ts';
import { closed, type PromptTemplate, type Said, stripInvisible, toTurn, toVisibleLine } from './prompt.ts';

const Ranking = Type.Object(
  { ranking: Type.Array(Type.Integer({ minimum: 1, maximum: 10 }), { minItems: 1, maxItems: 10 }) },
  closed,
);

const maxMemories = 10;

/** Answers with all indexes of the memories, best first. */
export const rerankPrompt: PromptTemplate<RerankRequest, number[]> = {
  operation: 'rerank',
  instructions: `You find out which memories of a user help with a request ("query").
Give the numbers of all memories as "ranking", those that help most first, each number once.
The form: {"ranking": [2, 1, 3]}`,
  examples: () =>
    toTurn(
      {
        query: 'where shall we eat tonight',
        memories: ['Has a red bicycle', 'Eats no fish', 'Lives near the harbour'].map(toNumbered),
      },
      { ranking: [2, 3, 1] },
    ),
  data: ({ query, memories }) => ({
    query: stripInvisible(query, 1_000),
    memories: memories
      .slice(0, maxMemories)
      .map((content) => toVisibleLine(content, 200))
      .map(toNumbered),
  }),
  schema: Ranking,
  read: readOrder,
  maxTokens: 60,
};

const toNumbered = (content: string, place: number) => ({ number: place + 1, content });

/** In the model's order; those that it omitted follow in theirs. Null where it named none. */
function readOrder({ values }: Said, { memories }: RerankRequest): number[] | null {
  for (const value of values) {
    const ranking = Array.isArray(value) ? { ranking: value } : value;
    if (!Value.Check(Ranking, ranking)) continue;
    const count = memories.length;
    const given = ranking.ranking.map((number) => number - 1).filter((place) => place < count);
    return [...new Set([...given, ...Array.from({ length: count }, (_, place) => place)])];
  }
  return null;
}
