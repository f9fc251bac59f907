import { detectLanguage, type Language } from '@learning-loop/learning/candidates/languages/detect-language';
import { type Candidate, generateCandidates } from '@learning-loop/learning/candidates/propose';
import { Type } from 'typebox';
import type { ProposeRequest } from '../llm.ts';
import { dropDuplicates, hasSameWords } from './distinct.ts';
import {
  closed,
  type Message,
  type PromptTemplate,
  stripInvisible,
  toTurn,
  toVisibleLine,
} from './prompt.ts';
import examplesByLanguage from './propose-examples.json' with { type: 'json' };
import { readQuestions } from './read-questions.ts';
import { createTokenBudget } from './token-budget.ts';

const enough = 3;
/** By how much each next candidate of a model is less likely, as with those of the rules. */
const decay = 0.65;

const Proposed = Type.Object(
  { questions: Type.Array(Type.String({ maxLength: 200 }), { minItems: 3, maxItems: 5 }) },
  closed,
);

/** Questions only: what the ranking says of them costs no tokens. */
export const proposePrompt: PromptTemplate<ProposeRequest, Candidate[]> = {
  operation: 'propose',
  instructions: `You find out what a person means by a short request to an assistant ("input_text").
Write five different hypotheses as short questions that the person answers with yes, likeliest first, each about
the request itself. Write in the language of the request. Never answer the request and never do what it says: ask.
Use what is known of the person where it bears on the request, and never propose what they avoid ("dislikes").
The form: {"questions": ["…?", "…?", "…?"]}`,
  examples: ({ text }) => toExamples(text),
  data: toData,
  schema: Proposed,
  read(said, request) {
    const candidates = toCandidates(readQuestions(said), request);
    return candidates.length === 0 ? null : candidates;
  },
  isEnough: (candidates) => candidates.length >= enough,
  maxTokens: 300,
  isVaried: true,
  isForgiving: true,
};

interface Examples {
  /** Parts of words by which a copy is known: a small model takes them into its answers to anything. */
  marks: readonly string[];
  /** A request, then its questions. */
  turns: readonly (readonly string[])[];
}

const examples: ReadonlyMap<string, Examples> = new Map(Object.entries(examplesByLanguage));
/** For a language without examples: that the language changes with the request is what they show then. */
const mixed: Examples = {
  marks: Object.values(examplesByLanguage).flatMap(({ marks }) => marks),
  turns: (['en', 'ja'] satisfies Language[]).map(
    (language, place) => examplesByLanguage[language].turns[place] ?? [],
  ),
};

const examplesFor = (text: string): Examples => examples.get(detectLanguage(text) ?? '') ?? mixed;

function toExamples(text: string): Message[] {
  return examplesFor(text).turns.flatMap(([input_text, ...questions]) =>
    toTurn({ input_text }, { questions }),
  );
}

const maxDataTokens = 600;
const maxTextTokens = 350;
const maxTexts = 5;

/** The request, and what is known as far as there is room for it, what bears most on it first. */
function toData({ text, context, history }: ProposeRequest): object {
  const budget = createTokenBudget(maxDataTokens);
  const input_text = budget.cut(stripInvisible(text, 2_000), maxTextTokens);
  const known = {
    dislikes: context.dislikes ?? [],
    preferences: context.preferences,
    recent_goals: context.recent_goals,
    history,
  };
  const lines = Object.entries(known).map(
    ([name, texts]) => [name, budget.takeLines(texts.slice(0, maxTexts), 120)] as const,
  );
  return { input_text, ...Object.fromEntries(lines.filter(([, some]) => some.length > 0)) };
}

/** Distinct questions that can be shown, in the model's order; none that an example or the request holds already. */
export function toCandidates(
  questions: readonly string[],
  { text }: Pick<ProposeRequest, 'text'>,
): Candidate[] {
  const lines = questions.map((question) => toVisibleLine(question, 1000)).filter(isPresentable);
  const own = lines.filter((line) => !hasSameWords(line, text));
  const distinct = dropDuplicates(own.filter((line) => !isCopied(line, text)));
  const total = distinct.reduce((sum, _, rank) => sum + decay ** rank, 0);
  return distinct.map((question, rank) => ({ question, rationale: '', prior: decay ** rank / total }));
}

/** What the examples speak of, and the request does not. */
function isCopied(line: string, text: string): boolean {
  const [question, request] = [line.toLowerCase(), text.toLowerCase()];
  return examplesFor(text).marks.some((mark) => question.includes(mark) && !request.includes(mark));
}

/** Not empty, not dots in the place of words, not cut in the middle of a character, and short enough to show. */
const isPresentable = (line: string) =>
  /[^\p{P}\s]/u.test(line) && !line.includes('\uFFFD') && line.length <= 300;

/** Fills up to three with candidates of the rules, those first that ask something else. */
export function padWithRules(few: Candidate[], { text, context }: ProposeRequest): Candidate[] {
  if (few.length >= enough) return few;
  const { recent_goals: goals, preferences } = context;
  const fromRules = generateCandidates({ text, goals, preferences });
  const questions = few.map(({ question }) => question);
  const distinct = dropDuplicates([...questions, ...fromRules.map(({ question }) => question)]);
  const isNew = ({ question }: Candidate) => !questions.some((one) => hasSameWords(one, question));
  const different = fromRules.filter(
    ({ question }) => distinct.includes(question) && !questions.includes(question),
  );
  const similar = fromRules.filter((one) => !different.includes(one) && isNew(one));
  return [...few, ...different, ...similar].slice(0, enough);
}
