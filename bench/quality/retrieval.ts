import type { EmbeddingOf } from '@learning-loop/learning/embeddings/similarity';
import { historyContent, type Memory } from '@learning-loop/learning/memories/memory';
import { retrieve } from '@learning-loop/learning/memories/retrieval/retrieve';
import conversation from './data/conversation.json' with { type: 'json' };
import { type Metric, percent } from './metric.ts';
import { rankByBm25, toStems } from './plain-bm25.ts';
import { numbersFrom, sample } from './random.ts';

const turnCount = 600;
const histories = 3;
const looked = 10;
const slots = new Map<string, string[]>(Object.entries(conversation.slots));

interface Found {
  hybrid: boolean;
  plain: boolean;
}

/** Long histories full of small talk, with each fact said once. */
export const longHistories = (): Memory[][] =>
  Array.from({ length: histories }, (_, seed) => historyOf(numbersFrom(seed + 1)));

/** How often the turn that answers a question is among the first ten. */
export function measureRetrieval(): Metric[] {
  const found = longHistories().flatMap(askAll);
  const share = (name: keyof Found) => percent(found.filter((one) => one[name]).length / found.length);
  return [
    {
      measure: 'Evidence recall@10',
      value: share('hybrid'),
      cases: found.length,
      against: `plain BM25 ${share('plain')}`,
    },
  ];
}

/** Small talk with each fact said once, somewhere. */
function historyOf(random: () => number): Memory[] {
  const turns = Array.from({ length: turnCount }, () => smallTalk(random));
  for (const fact of conversation.facts)
    turns.splice(Math.floor(random() * turns.length), 0, formatTurn(fact));
  return turns.map((turn, i) => ({
    memory_id: String(i).padStart(6, '0'),
    type: 'history' as const,
    content: historyContent(turn, null),
    confidence: 1,
    tags: [],
    last_seen: new Date(Date.parse('2026-01-01') + i * 60_000),
    count: 1,
  }));
}

const formatTurn = ({ speaker, said: text }: { speaker: string; said: string }) => `${speaker}: ${text}`;

function smallTalk(random: () => number): string {
  const [one, other] = random() < 0.5 ? ['Mia', 'Jonas'] : ['Jonas', 'Mia'];
  const text = sample(conversation.small_talk, random);
  return `${one}: ${text.replaceAll(/\{(\w)\}/gu, (_, slot: string) => (slot === 'o' ? other : sample(slots.get(slot) ?? [], random)))}`;
}

function askAll(history: Memory[]): Found[] {
  return questions.map(({ question, evidence }) => ({
    hybrid: isRetrieved(question, evidence, history),
    plain: plainBest(question, history).includes(evidence),
  }));
}

/** Every question, with the memory that answers it. */
export const questions = conversation.facts.flatMap((fact) =>
  fact.questions.map((question) => ({ question, evidence: historyContent(formatTurn(fact), null) })),
);

/** Whether the evidence is among the first ten of what is recalled for the question. */
export function isRetrieved(
  question: string,
  evidence: string,
  history: Memory[],
  embeddingOf?: EmbeddingOf,
): boolean {
  const best = retrieve(question, history, looked, embeddingOf);
  return best.some(({ memory }) => memory.content === evidence);
}

function plainBest(question: string, history: Memory[]): string[] {
  return rankByBm25(
    question,
    history.map(({ content }) => content),
    toStems,
  ).slice(0, looked);
}
