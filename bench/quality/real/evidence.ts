import { retrieve } from '@learning-loop/learning/memories/retrieval/retrieve';
import { type Metric, percent } from '../metric.ts';
import { rankByBm25, toStems, toTrigrams } from '../plain-bm25.ts';
import { formatShare } from './bootstrap.ts';
import { type LongConversation, readConversations, shareFound } from './conversations.ts';

const depths = [5, 10];

interface Found {
  wrongPerson: boolean;
  depth: number;
  ours: number;
  stems: number;
  trigrams: number;
}

/** How much of the evidence for a question is among the first five and ten memories of a long conversation (LoCoMo). */
export function measureEvidence(data: string): Metric[] {
  const found = readConversations(data).flatMap(askAll);
  return [false, true].flatMap((wrongPerson) =>
    depths.map((depth) =>
      toMetric(
        found.filter((one) => one.wrongPerson === wrongPerson && one.depth === depth),
        `Evidence recall@${depth} in conversations over months${wrongPerson ? ', asked of the wrong person' : ''}`,
      ),
    ),
  );
}

function toMetric(found: Found[], measure: string): Metric {
  const mean = (name: 'stems' | 'trigrams') =>
    percent(found.reduce((sum, one) => sum + one[name], 0) / found.length);
  return {
    measure,
    value: formatShare(found.map(({ ours }) => ours)),
    cases: found.length,
    against: `plain BM25 ${mean('stems')}, of letter trigrams ${mean('trigrams')}`,
  };
}

function askAll({ memories, questions }: LongConversation): Found[] {
  const contents = memories.map(({ content }) => content);
  const deepest = Math.max(...depths);
  return questions.flatMap(({ question, wrongPerson, evidence }) => {
    const ours = retrieve(question, memories, deepest).map(({ memory }) => memory.content);
    const stems = rankByBm25(question, contents, toStems);
    const trigrams = rankByBm25(question, contents, toTrigrams);
    const shareOf = (ranked: string[], depth: number) =>
      shareFound(evidence, new Set(ranked.slice(0, depth)));
    return depths.map((depth) => ({
      ...{ wrongPerson, depth, ours: shareOf(ours, depth) },
      ...{ stems: shareOf(stems, depth), trigrams: shareOf(trigrams, depth) },
    }));
  });
}
