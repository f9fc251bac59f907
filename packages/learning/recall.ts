import type { Memory } from './memory.ts';
import { termsOf } from './text/terms.ts';

export interface Recalled {
  memory: Memory;
  /** In [0, 1]. */
  relevance: number;
}

const dayMs = 86_400_000;

/** The memories that matter for a query, most relevant first, at most `limit`. */
export function recall(query: string, memories: Memory[], now: Date, limit: number): Recalled[] {
  const asked = stems(query);
  return memories
    .map((memory) => ({ memory, relevance: relevance(asked, memory, now) }))
    .sort((a, b) => b.relevance - a.relevance || (a.memory.memory_id < b.memory.memory_id ? -1 : 1))
    .slice(0, limit);
}

function relevance(asked: Set<string>, memory: Memory, now: Date): number {
  const said = stems(memory.content);
  const shared = [...asked].filter((stem) => said.has(stem)).length / Math.max(1, asked.size);
  const recency = 0.5 ** (Math.max(0, now.getTime() - memory.last_seen.getTime()) / (90 * dayMs));
  return 0.6 * shared + 0.25 * recency + 0.15 * memory.confidence;
}

function stems(text: string): Set<string> {
  return new Set(termsOf(text).map((term) => term.stem));
}
