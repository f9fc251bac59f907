/**
 * A bounded memo of a pure function. The answers asked for last, up to `limit` by weight (1 each, if nothing else is
 * said), are remembered, and at most twice as many: what was not asked for while a generation filled is forgotten.
 */
export function memoize<V extends object | number>(
  compute: (key: string) => V,
  limit: number,
  weigh: (value: V) => number = () => 1,
): (key: string) => V {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  let weight = 0;
  return (key) => {
    const known = young.get(key);
    if (known !== undefined) return known;
    const value = old.get(key) ?? compute(key);
    weight += weigh(value);
    if (weight > limit) {
      old = young;
      young = new Map();
      weight = weigh(value);
    }
    young.set(key, value);
    return value;
  };
}

export type TtlCache<T> = (key: string, ttlMs: number, read: () => Promise<T>) => Promise<T>;

/** Caches what `read` resolves with, by key, for some ms. Concurrent calls share one read; a rejection is not cached. */
export function ttlCache<T>(): TtlCache<T> {
  const entries = new Map<string, { until: number; value: Promise<T> }>();
  return (key, ttlMs, read) => {
    const found = entries.get(key);
    if (found && found.until > performance.now()) return found.value;
    const value = read();
    entries.set(key, { until: performance.now() + ttlMs, value });
    value.catch(() => entries.delete(key));
    return value;
  };
}
