import {
  commandTemplates,
  findIntent,
  generalTemplates,
  type Intent,
  type QuestionTemplate,
  quotingTemplates,
  type Topic,
} from './catalogue.ts';
import { type ParsedRequest, parseRequest } from './parse-request.ts';
import { fillSlots, type Slots } from './slots.ts';

/** A question that may say what the user means. `prior`: how likely its proposer thinks it, in [0, 1]. */
export interface Candidate {
  question: string;
  rationale: string;
  prior: number;
}

export interface CandidateRequest {
  text: string;
  /** Newest first, as are the preferences. */
  goals: string[];
  preferences: string[];
}

/** The ranker chooses among so many. */
const most = 5;

/** Each place is this much less likely than the one before. */
const decay = 0.65;

/** Three to five distinct questions for any text, likeliest first; their priors add up to 1. */
export function generateCandidates({ text, goals, preferences }: CandidateRequest): Candidate[] {
  const understood = parseRequest(text);
  const slots = fillSlots(text, understood, { goals, preferences });
  const asked = new Map<string, QuestionTemplate>();
  for (const ask of asksFor(understood)) {
    const filled = fill(ask.ask, slots);
    if (filled !== null && !asked.has(filled)) asked.set(filled, ask);
  }
  const chosen = [...asked].slice(0, most);
  const total = chosen.reduce((sum, _, place) => sum + decay ** place, 0);
  return chosen.map(([ask, { why }], place) => ({
    question: `Do you want to ${ask}?`,
    rationale: why,
    prior: decay ** place / total,
  }));
}

/** The asks that may fit, likeliest first. */
function asksFor({ intent, object, thing, doing }: ParsedRequest): QuestionTemplate[] {
  if (doing !== null) return [...commandTemplates];
  if (object === null) return [...quotingTemplates];
  const meant = intent ?? (thing === null ? null : findIntent(thing.aspect ? 'add' : 'build'));
  return meant === null ? [...generalTemplates] : ofIntent(meant, thing);
}

/** The intent's asks and those special to the thing; what is to be made comes first as it was asked for. */
function ofIntent({ name, kind, asks }: Intent, thing: Topic | null): QuestionTemplate[] {
  const special = (thing?.asks[name] ?? []).map((ask) => ({
    ask,
    why: 'often wanted for this',
  }));
  return kind === 'new' ? [...asks.slice(0, 1), ...special, ...asks.slice(1)] : [...special, ...asks];
}

/** The ask with its gaps filled; null when a filling is missing. */
function fill(ask: string, slots: Slots): string | null {
  const gaps = new Map<string, string>(Object.entries(slots));
  const filled = ask.replaceAll(/\{(\w+)\}/gu, (gap, name: string) => gaps.get(name) ?? gap);
  return filled.includes('{') ? null : filled;
}
