import { askSoftware } from './ask-software.ts';
import { askEnglish, quoteInEnglish } from './english/ask-english.ts';
import { askInOtherLanguage } from './languages/ask-in-other-language.ts';
import { fromRequest, sanitize, shorten } from './quote.ts';
import type { Ask } from './template.ts';

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

const fewest = 3;
const most = 5;
const decay = 0.65;

/** Three to five distinct questions for any text, likeliest first; their priors add up to 1. */
export function generateCandidates(request: CandidateRequest): Candidate[] {
  const line = sanitize(request.text);
  const asks = new Map<string, string>();
  for (const { question, why } of findAsks(line, request)) {
    if (asks.size < most && !asks.has(question)) asks.set(question, why);
  }
  const total = [...asks].reduce((sum, _, rank) => sum + decay ** rank, 0);
  return [...asks].map(([question, rationale], rank) => ({
    question,
    rationale,
    prior: decay ** rank / total,
  }));
}

/** From the most special rule that understands the request to the one that only quotes it. */
function findAsks(line: string, request: CandidateRequest): readonly Ask[] {
  const quoted = shorten(fromRequest(line));
  const isQuestion = /[?？]\s*$/u.test(request.text);
  const asks =
    askInOtherLanguage(line, quoted, isQuestion) ?? askSoftware(line, request) ?? askEnglish(line) ?? [];
  return asks.length >= fewest ? asks : [...asks, ...quoteInEnglish(quoted)];
}
