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

/** `prior`: how likely its author thinks it, in [0, 1]. */
export interface Candidate {
  question: string;
  rationale: string;
  prior: number;
}

export interface CandidateRequest {
  text: string;
  goals: string[];
  preferences: string[];
}

const maxCandidates = 5;

const decay = 0.65;

/** Three to five distinct questions for any text, likeliest first; their priors add up to 1. */
export function generateCandidates({ text, goals, preferences }: CandidateRequest): Candidate[] {
  const parsed = parseRequest(text);
  const slots = fillSlots(text, parsed, { goals, preferences });
  const templates = new Map<string, QuestionTemplate>();
  for (const template of selectTemplates(parsed)) {
    const question = fillTemplate(template.ask, slots);
    if (question !== null && !templates.has(question)) templates.set(question, template);
  }
  const first = [...templates].slice(0, maxCandidates);
  const total = first.reduce((sum, _, rank) => sum + decay ** rank, 0);
  return first.map(([question, { why }], rank) => ({
    question: `Do you want to ${question}?`,
    rationale: why,
    prior: decay ** rank / total,
  }));
}

function selectTemplates({ intent, object, topic, command }: ParsedRequest): QuestionTemplate[] {
  if (command !== null) return [...commandTemplates];
  if (object === null) return [...quotingTemplates];
  const assumed = intent ?? (topic === null ? null : findIntent(topic.aspect ? 'add' : 'build'));
  return assumed === null ? [...generalTemplates] : selectIntentTemplates(assumed, topic);
}

/** Templates special to the topic come first, except after the plain one of a `new` intent. */
function selectIntentTemplates({ name, kind, asks }: Intent, topic: Topic | null): QuestionTemplate[] {
  const special = (topic?.asks[name] ?? []).map((ask) => ({
    ask,
    why: 'often wanted for this',
  }));
  return kind === 'new' ? [...asks.slice(0, 1), ...special, ...asks.slice(1)] : [...special, ...asks];
}

function fillTemplate(ask: string, slots: Slots): string | null {
  const fillings = new Map<string, string>(Object.entries(slots));
  const filled = ask.replaceAll(/\{(\w+)\}/gu, (gap, name: string) => fillings.get(name) ?? gap);
  return filled.includes('{') ? null : filled;
}
