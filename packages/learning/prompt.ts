import type { Facets } from '@learning-loop/events/fields';
import type { Recalled } from './recall.ts';
import { tokensOf } from './tokens.ts';

export interface PromptRequest {
  input_text: string;
  /** The hypothesis that the user confirmed; null when none of them fitted. */
  confirmed: string | null;
  facets: Facets;
  /** Most relevant first. */
  memories: Recalled[];
  /** Most tokens that the prompt may have. */
  budget: number;
}

export interface EnrichedPrompt {
  enriched_prompt: string;
  /** Tokens of that very prompt. */
  tokens_estimate: number;
  context_breakdown: { goal: number; pref: number; history: number };
}

/** The prompt for the model that answers: what was asked, and what is known that matters for it. */
export function buildPrompt(request: PromptRequest): EnrichedPrompt {
  const sections = [
    section('What the user wants', request, 'goal'),
    section('What the user likes', request, 'preference'),
    section('What happened before', request, 'history'),
  ];
  const confirmed = request.confirmed === null ? '' : `\nConfirmed intent: ${request.confirmed}`;
  const prompt = [...sections, `Request: ${request.input_text}${confirmed}`].filter(Boolean).join('\n\n');
  const [goal = '', pref = '', history = ''] = sections;
  return {
    enriched_prompt: prompt,
    tokens_estimate: tokensOf(prompt),
    context_breakdown: { goal: tokensOf(goal), pref: tokensOf(pref), history: tokensOf(history) },
  };
}

function section(title: string, { memories }: PromptRequest, type: string): string {
  const lines = memories
    .filter(({ memory }) => memory.type === type)
    .map(({ memory }) => `- ${memory.content}`);
  return lines.length === 0 ? '' : `${title}:\n${lines.join('\n')}`;
}
