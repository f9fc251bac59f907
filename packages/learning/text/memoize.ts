import { LRUCache } from 'lru-cache';

/** A bounded memo of a pure function: the least recently used answer goes first. */
export function memoize<V extends object>(compute: (key: string) => V, limit: number): (key: string) => V {
  const answers = new LRUCache<string, V>({ max: limit, memoMethod: compute });
  return (key) => answers.memo(key);
}
