import { Confidence } from '@learning-loop/events/fields';
import { type Candidate, generateCandidates } from '@learning-loop/learning/candidates/propose';
import { tfidfSimilarity } from '@learning-loop/learning/text/similarity';
import { toTextVector } from '@learning-loop/learning/text/text-vector';
import { Type } from 'typebox';
import type { ProposeRequest } from '../llm.ts';
import { closed, type PromptTemplate, stripInvisible, toVisibleLine, toVisibleLines } from './prompt.ts';

/** Above this two questions differ in their openings and not in what they ask: "Do you want to", "Would you like to". */
const alike = 0.96;

/** The proposals without those that repeat an earlier one. */
function dropDuplicates(proposals: readonly Candidate[]): Candidate[] {
  const kept: Candidate[] = [];
  for (const proposal of proposals) {
    if (!kept.some((other) => asksTheSame(proposal, other))) kept.push(proposal);
  }
  return kept;
}

/** Whether two questions are the same but for case and punctuation. */
function sameWords(one: Candidate, other: Candidate): boolean {
  const plain = ({ question }: Candidate) =>
    question
      .toLowerCase()
      .replaceAll(/[\p{P}\s]+/gu, ' ')
      .trim();
  return plain(one) === plain(other);
}

function asksTheSame(one: Candidate, other: Candidate): boolean {
  return (
    sameWords(one, other) || tfidfSimilarity(toTextVector(one.question), toTextVector(other.question)) > alike
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

/** Five hypotheses are asked for, so that three are left when some turn out alike. */
export const proposePrompt: PromptTemplate<ProposeRequest, typeof Proposed> = {
  operation: 'propose',
  instructions: `You find out what a user of an assistant means by a short request ("input_text").
Give five different hypotheses, likeliest first. Each has a "question" that the user can confirm with yes, one
sentence such as "Do you want to build a REST API with FastAPI?", in the language of the request; a "rationale" of
at most twelve words; and a "confidence" from 0 to 1, how likely it is that the user means this.
Use the user's goals, preferences, persona (each facet from 0 to 1) and history where they bear on the request.`,
  data: ({ text, context, history }) => ({
    input_text: stripInvisible(text, 4000),
    persona_facets: context.persona_facets,
    recent_goals: toVisibleLines(context.recent_goals, 200),
    preferences: toVisibleLines(context.preferences, 200),
    history: toVisibleLines(history, 300),
  }),
  answer: Proposed,
  maxTokens: 800,
};

/** What a model proposed, cleaned and without repetitions; questions too long to be shown are left out. */
export function proposals({ hypotheses }: Proposed): Candidate[] {
  const cleaned = hypotheses.map(({ question, rationale, confidence }) => ({
    question: toVisibleLine(question, 1000),
    rationale: toVisibleLine(rationale, 200),
    prior: confidence,
  }));
  return dropDuplicates(cleaned.filter(({ question }) => question !== '' && question.length <= 300));
}

/** At least three proposals: where there are fewer, the rules' follow, those first that say something else. */
export function padWithRules(few: Candidate[], { text, context }: ProposeRequest): Candidate[] {
  if (few.length >= 3) return few;
  const { recent_goals: goals, preferences } = context;
  const ruled = generateCandidates({ text, goals, preferences });
  const others = dropDuplicates([...few, ...ruled]);
  const rest = ruled.filter((one) => !others.includes(one) && !few.some((other) => sameWords(one, other)));
  return [...others, ...rest].slice(0, 3);
}
