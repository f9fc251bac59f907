import { Type } from 'typebox';
import type { RerankRequest } from '../llm.ts';
import { visible, visibleLine } from './data-block.ts';
import { closed, type Question } from './prompt.ts';

const Ranking = Type.Object(
  { ranking: Type.Array(Type.Integer({ minimum: 1, maximum: 10 }), { minItems: 1, maxItems: 10 }) },
  closed,
);
type Ranking = Type.Static<typeof Ranking>;

export const whatMatters: Question<RerankRequest, typeof Ranking> = {
  operation: 'rerank',
  instructions: `You find out which memories of a user help with a request ("query").
Give the numbers of all memories as "ranking", those that help most first, each number once.`,
  data: ({ query, memories }) => ({
    query: visible(query, 2000),
    memories: memories
      .slice(0, 10)
      .map((content, place) => ({ number: place + 1, content: visibleLine(content, 400) })),
  }),
  answer: Ranking,
  maxTokens: 100,
};

/** The places, from 0, in the order that the model gave; what it left out follows as it stood. */
export function orderOf({ ranking }: Ranking, count: number): number[] {
  const given = ranking.map((number) => number - 1).filter((place) => place < count);
  return [...new Set([...given, ...Array.from({ length: count }, (_, place) => place)])];
}
