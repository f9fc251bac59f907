import { type FacetDeltas, type FacetName, type Facets, facetNames } from '@learning-loop/events/fields';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { FacetContext, FacetRequest, FeedbackRequest } from '../llm.ts';
import {
  closed,
  type Message,
  type PromptTemplate,
  type Said,
  stripInvisible,
  toTurn,
  toVisibleLine,
} from './prompt.ts';
import { createTokenBudget, type TokenBudget } from './token-budget.ts';

const Direction = Type.Union([Type.Literal('more'), Type.Literal('less'), Type.Literal('same')]);
const Directions = Type.Object(
  { concise: Direction, step_by_step: Direction, code_first: Direction, formal: Direction },
  closed,
);

/** Deltas in [-0.1, 0.1] without those of 0, and why. */
export interface Decided {
  deltas: FacetDeltas;
  reason: string;
}

const persona = `You keep the persona of a user of an assistant: how this user likes to be answered. It has four facets:
concise (short answers), step_by_step (in steps, explained), code_first (code before prose), formal (formal language).`;
const form = `Say of each facet whether the user wants "more" of it, "less" of it, or the "same" as before. Most say "same": only
plain words for a facet change it.
The form: {"concise":"same","step_by_step":"same","code_first":"same","formal":"same"}`;

const same = { concise: 'same', step_by_step: 'same', code_first: 'same', formal: 'same' };
const maxBefore = 5;
const maxDataTokens = 800;
/** Of what a selection shows, and of what a user says: as much as the rules move a facet by the same. */
const step = { selection: 0.04, feedback: 0.1 };

const selectionExamples: readonly Message[] = [
  ...toTurn(
    {
      input_text: 'sourdough',
      selected: 'Do you want a sourdough recipe in numbered steps?',
      others: ['Do you want the history of sourdough?'],
    },
    { ...same, step_by_step: 'more' },
  ),
  ...toTurn(
    {
      input_text: 'weather at sea',
      selected: 'Do you want the forecast for the coast?',
      others: ['Do you want to know the water temperature?'],
    },
    same,
  ),
  ...toTurn(
    {
      input_text: 'letter to the landlord',
      selected: 'Do you want a brief note in a friendly tone?',
      others: ['Do you want a long formal letter?'],
    },
    { ...same, concise: 'more', formal: 'less' },
  ),
];

export const selectionFacetPrompt: PromptTemplate<FacetRequest, Decided> = {
  operation: 'facet_deltas',
  instructions: `${persona}
Decide from what the user selected and left ("others"), the selections right before it ("before"), the feedback and the history:
one answer for all of these selections together.
${form}`,
  examples: () => selectionExamples,
  data({ selection, before, ...context }) {
    const budget = createTokenBudget(maxDataTokens);
    const last = toSelectionData(selection, budget);
    const earlier = before.slice(-maxBefore).map((one) => toEarlierData(one));
    const room = earlier.reverse().findIndex((one) => !budget.take(one));
    const kept = room < 0 ? earlier : earlier.slice(0, room);
    return {
      ...toContextData(context, budget),
      ...(kept.length > 0 && { before: kept.reverse() }),
      ...last,
    };
  },
  schema: Directions,
  read: (said, { facets }) => readDecided(said, facets, step.selection),
  isEnough: () => true,
  maxTokens: 120,
  isBackground: true,
};

const feedbackExamples: readonly Message[] = [
  ...toTurn(
    { given: { type: 'comment', value: 'way too long, I only wanted the answer' } },
    { ...same, concise: 'more' },
  ),
  ...toTurn({ given: { type: 'comment', value: 'that was the wrong city' } }, same),
  ...toTurn(
    { given: { type: 'comment', value: 'please explain each step, and drop the stiff tone' } },
    { ...same, step_by_step: 'more', formal: 'less' },
  ),
  ...toTurn(
    { given: { type: 'comment', value: 'I do not want to see code' } },
    { ...same, code_first: 'less' },
  ),
];

export const feedbackFacetPrompt: PromptTemplate<FeedbackRequest, Decided> = {
  operation: 'feedback_deltas',
  instructions: `${persona}
Decide from what the user said of an answer ("given"), the feedback before it and the history.
${form}`,
  examples: () => feedbackExamples,
  data({ given, ...context }) {
    const budget = createTokenBudget(maxDataTokens);
    const said = toFeedbackData(given, budget.cut);
    return { ...toContextData(context, budget), given: said };
  },
  schema: Directions,
  read: (said, { facets }) => readDecided(said, facets, step.feedback),
  isEnough: () => true,
  maxTokens: 120,
  isBackground: true,
};

function toSelectionData(
  { input_text, hypotheses, selected_id }: FacetRequest['selection'],
  budget: TokenBudget,
) {
  const selected = hypotheses.find(({ id }) => id === selected_id);
  const others = hypotheses.filter((one) => one !== selected).map(({ question }) => question);
  return {
    input_text: budget.cut(stripInvisible(input_text, 600), 150),
    selected: budget.takeLines(selected ? [selected.question] : [], 150)[0] ?? null,
    others: budget.takeLines(others.slice(0, 9), 150),
  };
}

function toEarlierData({ input_text, hypotheses, selected_id }: FacetRequest['selection']) {
  const selected = hypotheses.find(({ id }) => id === selected_id);
  const others = hypotheses.filter((one) => one !== selected).map(({ question }) => question);
  return {
    input_text: toVisibleLine(input_text, 100),
    selected: selected ? toVisibleLine(selected.question, 80) : null,
    others: others.slice(0, 2).map((question) => toVisibleLine(question, 80)),
  };
}

/** What is not there is not named: a small model would make something of it. */
function toContextData({ feedback, history }: FacetContext, budget: TokenBudget) {
  const said = feedback.slice(0, 5).map((one) => toFeedbackData(one, (text) => toVisibleLine(text, 100)));
  const known = said.filter((one) => budget.take(one));
  const lines = budget.takeLines(history.slice(0, 5), 100);
  return { ...(lines.length > 0 && { history: lines }), ...(known.length > 0 && { feedback: known }) };
}

function toFeedbackData(
  { type, value }: FacetContext['feedback'][number],
  cut: (text: string, limit: number) => string,
) {
  return { type, value: typeof value === 'string' ? cut(toVisibleLine(value, 600), 200) : value };
}

const Fields = Type.Record(Type.String(), Type.Unknown());
const synonyms: Readonly<Record<string, number>> = {
  ...{ more: 1, higher: 1, increase: 1, up: 1, '+': 1 },
  ...{ less: -1, lower: -1, decrease: -1, fewer: -1, down: -1, '-': -1 },
  ...{ same: 0, unchanged: 0, none: 0, neutral: 0, '0': 0, '=': 0 },
};

/** Of four facets, wherever they stand; null where one is missing or says something else. */
function readDecided({ values }: Said, facets: Facets, size: number): Decided | null {
  for (const value of values) {
    const fields = findFields(value, 0);
    if (fields === null) continue;
    const moves = facetNames.map((name) => [name, toMove(fields[name], facets[name], size)] as const);
    if (moves.every(([, move]) => move === 0 || move)) return toDecided(moves, fields['reason']);
  }
  return null;
}

function findFields(value: unknown, depth: number): Record<string, unknown> | null {
  if (depth > 3 || !Value.Check(Fields, value)) return null;
  if (facetNames.every((name) => Object.hasOwn(value, name))) return value;
  for (const inner of Object.values(value)) {
    const found = findFields(inner, depth + 1);
    if (found) return found;
  }
  return null;
}

/** A number is a change if it is none that was given: a model that repeats a facet or sets it has not understood. */
function toMove(said: unknown, facet: number, size: number): number | null {
  if (typeof said === 'number') return Math.abs(said) <= 0.1 && (said === 0 || said !== facet) ? said : null;
  const direction = typeof said === 'string' ? synonyms[said.trim().toLowerCase()] : undefined;
  return direction === undefined ? null : direction * size;
}

const words = {
  concise: 'concise',
  step_by_step: 'step by step',
  code_first: 'code first',
  formal: 'formal',
};

function toDecided(moves: (readonly [FacetName, number | null])[], said: unknown): Decided {
  const deltas: FacetDeltas = {};
  for (const [name, move] of moves) if (move) deltas[name] = move;
  const reason = typeof said === 'string' ? toVisibleLine(said, 300) : '';
  const changes = Object.entries(deltas).map(
    ([name, move]) => `${move > 0 ? 'more' : 'less'} ${words[name as FacetName]}`,
  );
  return {
    deltas,
    reason:
      reason ||
      (changes.length === 0
        ? 'the model sees nothing about style'
        : `the model reads: ${changes.join(', ')}`),
  };
}
