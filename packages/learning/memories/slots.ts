import { findOpposition } from '../extraction/opposites.ts';
import { findTechnologies } from '../text/technologies.ts';
import { memoryKey } from './memory.ts';

/**
 * The exclusive slot of a liking: the category of a technology, the axis of "dark" and "light", or two things that
 * were compared. Null if a newer liking leaves it as it is.
 */
export function findSlot(thing: string, rival: string | null): string | null {
  const [only, ...more] = findTechnologies(`with ${thing}`);
  if (only !== undefined) return more.length === 0 ? only.slot : null;
  const axis = findOpposition(thing);
  return axis ?? (rival === null ? null : `either: ${[thing, rival].map(memoryKey).sort().join(' | ')}`);
}
