import { addTo, unit } from './text/vector.ts';

/** Where a meaning lies from the middle of its siblings; a unit vector, or zeros where it is the middle. */
export function directionOf(meaning: Float32Array, siblings: Float32Array[]): Float32Array {
  const away = Float32Array.from(meaning);
  for (const sibling of siblings) addTo(away, sibling, -1 / siblings.length);
  return away.every((value) => Math.abs(value) < 1e-6) ? new Float32Array(meaning.length) : unit(away);
}
