import { Places } from '../text/hash-index.ts';
import type { TextVector } from '../text/text-vector.ts';

/** Constants of Robertson & Zaragoza 2009, "The Probabilistic Relevance Framework"; short turns want a small b. */
const saturation = 1.2;
const lengthEffect = 0.4;

/** How much each word of a query tells among some texts, by its place in the query. */
export interface Rarities {
  places: Places;
  tells: Float64Array;
}

/** How much each of the query's stems tells among these texts. */
export function rarities(query: TextVector, texts: TextVector[]): Rarities {
  const places = new Places(query.words.length);
  for (const { root } of query.words) places.place(root);
  const counts = new Float64Array(places.size);
  for (const { words } of texts) {
    for (let w = 0; w < words.length; w += 1) {
      const place = places.find(words[w]?.root ?? 0);
      if (place >= 0) counts[place] = (counts[place] ?? 0) + 1;
    }
  }
  return {
    places,
    tells: counts.map((count) => Math.log(1 + (texts.length - count + 0.5) / (count + 0.5))),
  };
}

/** BM25 of each text as a share of the most that a text could reach, in [0, 1]. */
export function bm25({ places, tells }: Rarities, texts: TextVector[]): Float64Array {
  const usual = texts.reduce((sum, { length }) => sum + length, 0) / Math.max(1, texts.length) || 1;
  const most = tells.reduce((sum, value) => sum + value * (saturation + 1), 0) || 1;
  const scores = new Float64Array(texts.length);
  for (let i = 0; i < texts.length; i += 1) scores[i] = scoreOf(texts[i]) / most;
  return scores;

  function scoreOf(text: TextVector | undefined): number {
    if (text === undefined) return 0;
    const { words, counts, length } = text;
    const norm = saturation * (1 - lengthEffect + (lengthEffect * length) / usual);
    let sum = 0;
    for (let w = 0; w < words.length; w += 1) {
      const place = places.find(words[w]?.root ?? 0);
      const count = counts[w] ?? 0;
      if (place >= 0) sum += ((tells[place] ?? 0) * count * (saturation + 1)) / (count + norm);
    }
    return sum;
  }
}
