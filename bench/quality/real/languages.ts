import type { Memory } from '@learning-loop/learning/memories/memory';
import { retrieve } from '@learning-loop/learning/memories/retrieval/retrieve';
import { Type } from 'typebox';
import { type Metric, percent } from '../metric.ts';
import { rankByBm25, toStems, toTrigrams } from '../plain-bm25.ts';
import { formatShare } from './bootstrap.ts';
import { readData } from './read-data.ts';

const Line = Type.Object({
  lang: Type.String(),
  paragraph: Type.String(),
  questions: Type.Array(Type.String()),
});

const dayMs = 86_400_000;

/** How often the paragraph that answers a question is the first among those of its language (XQuAD). */
export function measureLanguages(data: string): Metric[] {
  const byLanguage = Map.groupBy(readData(data, 'retrieval-languages.jsonl', Line), ({ lang }) => lang);
  return [...byLanguage].map(([language, lines]) => {
    const paragraphs = lines.map(({ paragraph }) => paragraph);
    const memories = paragraphs.map(toMemory);
    const asked = lines.flatMap(({ paragraph, questions }) =>
      questions.map((question) => ({ paragraph, question })),
    );
    const share = (first: (question: string) => string | undefined) =>
      asked.map(({ question, paragraph }) => Number(first(question) === paragraph));
    const baseline = (tokenize: typeof toStems) =>
      percent(mean(share((question) => rankByBm25(question, paragraphs, tokenize)[0])));
    return {
      measure: `Paragraph that answers is first (${language})`,
      value: formatShare(share((question) => retrieve(question, memories, 1)[0]?.memory.content)),
      cases: asked.length,
      against: `plain BM25 ${baseline(toStems)}, of letter trigrams ${baseline(toTrigrams)}`,
    };
  });
}

const toMemory = (content: string, place: number): Memory => ({
  memory_id: String(place).padStart(6, '0'),
  type: 'history',
  content,
  confidence: 1,
  last_seen: new Date(place * dayMs),
});

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
