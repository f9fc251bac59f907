import type { TextVector } from './text/text-vector.ts';

/** Constants of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; short turns want a small b. */
const saturation = 1.2;
const lengthEffect = 0.4;

/** How much each of the query's stems tells among these texts. */
export function rarities(query: TextVector, texts: TextVector[]): Map<string, number> {
  const asked = new Set(query.words.map(({ term }) => term.stem));
  const counts = new Map<string, number>();
  for (const { words } of texts) {
    for (const { term } of words)
      if (asked.has(term.stem)) counts.set(term.stem, (counts.get(term.stem) ?? 0) + 1);
  }
  return new Map(
    [...asked].map((stem) => {
      const count = counts.get(stem) ?? 0;
      return [stem, Math.log(1 + (texts.length - count + 0.5) / (count + 0.5))];
    }),
  );
}

/** BM25 of each text as a share of the most that a text could reach, in [0, 1]. */
export function bm25(rarity: ReadonlyMap<string, number>, texts: TextVector[]): number[] {
  const lengths = texts.map(({ words }) => words.reduce((sum, { count }) => sum + count, 0));
  const usual = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const most = [...rarity.values()].reduce((sum, value) => sum + value * (saturation + 1), 0) || 1;
  return texts.map(({ words }, i) => {
    const norm = saturation * (1 - lengthEffect + (lengthEffect * (lengths[i] ?? 0)) / usual);
    return (
      words.reduce((sum, { term, count }) => {
        const tells = rarity.get(term.stem);
        return tells === undefined ? sum : sum + (tells * count * (saturation + 1)) / (count + norm);
      }, 0) / most
    );
  });
}
