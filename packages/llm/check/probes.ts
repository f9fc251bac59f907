import { type FacetDeltas, facetNames } from '@learning-loop/events/fields';
import { detectLanguage } from '@learning-loop/learning/candidates/languages/detect-language';
import { defaultFacets } from '@learning-loop/learning/persona/facets';
import { toTerms } from '@learning-loop/learning/text/terms';
import type { FacetContext, FacetRequest, FeedbackRequest, Llm, ProposeRequest } from '../llm.ts';
import cases from './cases.json' with { type: 'json' };

/** What a model did in the probes of one operation, and whether that is enough to decide there. */
export interface ProbeReport {
  operation: 'propose' | 'persona' | 'rerank';
  earned: boolean;
  /** In words, with counts. */
  found: string[];
  /** Of each call, in ms. */
  ms: number[];
}

/** Shares that a model must reach. */
const needed = { proposals: 0.95, clear: 0.85, neutral: 0.05 };
const tenant_id = 'check-model';
const context: FacetContext = { facets: defaultFacets, feedback: [], history: [] };
const envelope = {
  ...{ schema_version: 1, event_id: 'check', tenant_id, user_id: 'check', interaction_id: 'check' },
  occurred_at: '2026-01-01T00:00:00.000Z',
} as const;

async function timed<T>(ms: number[], call: () => Promise<T>): Promise<T> {
  const started = performance.now();
  const result = await call();
  ms.push(Math.round(performance.now() - started));
  return result;
}

/** Three distinct questions of its own, on the topic and in the language of the request, in time. */
async function probeProposals(llm: Llm): Promise<ProbeReport> {
  const ms: number[] = [];
  const counts = { answered: 0, three: 0, language: 0, topic: 0 };
  for (const text of cases.proposals) {
    const { candidates, model_id } = await timed(ms, () => llm.propose(toProposeRequest(text)));
    // What the rules add has a reason; a model gives none.
    const own = candidates.filter(({ rationale }) => rationale === '').map(({ question }) => question);
    if (model_id === 'rules') continue;
    counts.answered += 1;
    if (own.length < 3) continue;
    counts.three += 1;
    if (own.every((question) => detectLanguage(question) === detectLanguage(text))) counts.language += 1;
    if (own.some((question) => sharesWord(question, text))) counts.topic += 1;
  }
  const of = cases.proposals.length;
  const found = [
    `${counts.answered} of ${of} answered in time`,
    `${counts.three} with three distinct questions`,
    `${counts.language} of these in the language of the request`,
    `${counts.topic} on its topic`,
  ];
  const fewest = Math.min(counts.three, counts.language, counts.topic);
  return { operation: 'propose', earned: fewest >= needed.proposals * of, found, ms };
}

const toProposeRequest = (text: string): ProposeRequest => ({
  ...{ tenant_id, text, history: [] },
  context: { persona_facets: defaultFacets, interaction_count: 0, recent_goals: [], preferences: [] },
});

/** Languages without spaces are compared by pairs of letters. */
function sharesWord(question: string, text: string): boolean {
  const spaced = /\s/u.test(text);
  const parts = spaced
    ? toTerms(text).map(({ stem }) => stem)
    : [...text].slice(1).map((letter, at) => [...text][at] + letter);
  const asked = spaced ? new Set(toTerms(question).map(({ stem }) => stem)) : question;
  return parts.some((part) => (typeof asked === 'string' ? asked.includes(part) : asked.has(part)));
}

type Expected = Readonly<Record<string, string>>;

/** Clear cases, in which the facet that is spoken of must move as said, and neutral ones, in which nothing may. */
async function probePersona(llm: Llm): Promise<ProbeReport> {
  const ms: number[] = [];
  const counts = { answered: 0, clear: 0, right: 0, neutral: 0, moved: 0 };
  const count = (expect: Expected, decision: { decided_by: string; deltas: FacetDeltas }) => {
    const isAnswer = decision.decided_by !== 'rules';
    const isClear = Object.keys(expect).length > 0;
    counts.answered += Number(isAnswer);
    counts[isClear ? 'clear' : 'neutral'] += 1;
    if (isClear) counts.right += Number(isAnswer && isRight(expect, decision.deltas));
    else counts.moved += Number(!isAnswer || Object.keys(decision.deltas).length > 0);
  };
  for (const { said, expect } of cases.comments)
    count(expect, await timed(ms, () => llm.feedbackDeltas(toFeedback(said))));
  for (const one of cases.selections)
    count(one.expect, await timed(ms, () => llm.facetDeltas(toSelection(one))));
  const { answered, clear, right, neutral, moved } = counts;
  const found = [
    `${answered} of ${clear + neutral} answered`,
    `${right} of ${clear} clear cases right`,
    `${moved} of ${neutral} neutral ones moved`,
  ];
  const earned = right >= needed.clear * clear && moved <= needed.neutral * neutral;
  return { operation: 'persona', earned, found, ms };
}

const isRight = (expect: Expected, deltas: FacetDeltas): boolean =>
  facetNames.every((name) => {
    const direction = Math.sign(deltas[name] ?? 0);
    const wanted = { more: 1, less: -1 }[expect[name] ?? ''];
    return wanted === undefined || direction === wanted;
  });

function toFeedback(value: string): FeedbackRequest {
  return { given: { ...envelope, type: 'comment', value }, ...context };
}

function toSelection(one: { input_text: string; selected: string; others: string[] }): FacetRequest {
  const hypotheses = [one.selected, ...one.others].map((question, index) => ({
    ...{ id: `h${index + 1}`, question, rationale: '', confidence: 0.5, raw_confidence: 0.5 },
    ...{ position: index + 1, score: 0, propensity: 1, features: {} },
  }));
  const selection = {
    ...{ ...envelope, input_text: one.input_text, media_type: 'text/plain', hypotheses },
    ...{ context: toProposeRequest('').context, used_memories: [], auto_advanced: false },
    ...{ selected_id: 'h1', model_id: 'candidates' },
  };
  return { selection, before: [], ...context };
}

/** The memory that helps comes last: better than without a model is any place before that, first most of all. */
async function probeRerank(llm: Llm): Promise<ProbeReport> {
  const ms: number[] = [];
  let first = 0;
  let answered = 0;
  for (const { query, right, others } of cases.rerank) {
    const memories = [...others, right];
    const ranked = await timed(ms, () => llm.rerank({ tenant_id, query, memories }));
    if (ranked === null) continue;
    answered += 1;
    first += Number(ranked.order[0] === memories.length - 1);
  }
  const of = cases.rerank.length;
  const found = [`${answered} of ${of} answered in time`, `${first} of ${of} with the right memory first`];
  // By chance a third would be.
  return { operation: 'rerank', earned: first > of / 2, found, ms };
}

/** One call after the other. */
export async function probeAll(llm: Llm): Promise<ProbeReport[]> {
  const reports: ProbeReport[] = [];
  for (const probe of [probeProposals, probePersona, probeRerank]) reports.push(await probe(llm));
  return reports;
}
