import { Confidence } from '@learning-loop/events/fields';
import { type Candidate, generateCandidates } from '@learning-loop/learning/candidates/propose';
import { tfidfSimilarity } from '@learning-loop/learning/text/similarity';
import { toTextVector } from '@learning-loop/learning/text/text-vector';
import { Type } from 'typebox';
import type { ProposeRequest } from '../llm.ts';
import { closed, type PromptTemplate, stripInvisible, toVisibleLine, toVisibleLines } from './prompt.ts';

/** Above this, questions differ only in their openings: "Do you want to", "Would you like to". */
const duplicateSimilarity = 0.96;

function dropDuplicates(candidates: readonly Candidate[]): Candidate[] {
  const distinct: Candidate[] = [];
  for (const candidate of candidates) {
    if (!distinct.some((other) => isDuplicate(candidate, other))) distinct.push(candidate);
  }
  return distinct;
}

function hasSameWords(one: Candidate, other: Candidate): boolean {
  const plain = ({ question }: Candidate) =>
    question
      .toLowerCase()
      .replaceAll(/[\p{P}\s]+/gu, ' ')
      .trim();
  return plain(one) === plain(other);
}

function isDuplicate(one: Candidate, other: Candidate): boolean {
  return (
    hasSameWords(one, other) ||
    tfidfSimilarity(toTextVector(one.question), toTextVector(other.question)) > duplicateSimilarity
  );
}

const Proposed = Type.Object(
  {
    hypotheses: Type.Array(
      Type.Object({ question: Type.String(), rationale: Type.String(), confidence: Confidence }, closed),
      { minItems: 1, maxItems: 10 },
    ),
  },
  closed,
);
type Proposed = Type.Static<typeof Proposed>;

/** Requests five, so that three remain when some are duplicates. */
export const proposePrompt: PromptTemplate<ProposeRequest, typeof Proposed> = {
  operation: 'propose',
  instructions: `You find out what a user of an assistant means by a short request ("input_text").
Give five different hypotheses, likeliest first. Each has a "question" that the user can confirm with yes, one
sentence such as "Do you want to build a REST API with FastAPI?", in the language of the request; a "rationale" of
at most twelve words; and a "confidence" from 0 to 1, how likely it is that the user means this.
Use the user's goals, preferences, dislikes (never propose what they avoid), persona (each facet from 0 to 1) and history where they bear on the request.`,
  data: ({ text, context, history }) => ({
    input_text: stripInvisible(text, 4000),
    persona_facets: context.persona_facets,
    recent_goals: toVisibleLines(context.recent_goals, 200),
    preferences: toVisibleLines(context.preferences, 200),
    dislikes: toVisibleLines(context.dislikes ?? [], 200),
    history: toVisibleLines(history, 300),
  }),
  answer: Proposed,
  maxTokens: 800,
};

/** Drops duplicates, and questions that are empty or too long to show. */
export function toCandidates({ hypotheses }: Proposed): Candidate[] {
  const cleaned = hypotheses.map(({ question, rationale, confidence }) => ({
    question: toVisibleLine(question, 1000),
    rationale: toVisibleLine(rationale, 200),
    prior: confidence,
  }));
  return dropDuplicates(cleaned.filter(({ question }) => question !== '' && question.length <= 300));
}

/** Fills up to three with candidates of the rules, those first that ask something else. */
export function padWithRules(few: Candidate[], { text, context }: ProposeRequest): Candidate[] {
  if (few.length >= 3) return few;
  const { recent_goals: goals, preferences } = context;
  const fromRules = generateCandidates({ text, goals, preferences });
  const distinct = dropDuplicates([...few, ...fromRules]);
  const similar = fromRules.filter(
    (one) => !distinct.includes(one) && !few.some((other) => hasSameWords(one, other)),
  );
  return [...distinct, ...similar].slice(0, 3);
}
