/** Keeps the most recent results of a pure function: at least `limit` by weight, and at most twice that. */
export function memoize<V extends object | number>(
  compute: (key: string) => V,
  limit: number,
  weigh: (value: V) => number = () => 1,
): (key: string) => V {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  let weight = 0;
  return (key) => {
    const cached = young.get(key);
    if (cached !== undefined) return cached;
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

/**
 * Keeps what was computed of an object as long as the object lives. Whoever passes it must not change it afterwards.
 */
export function memoizeByObject<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const values = new WeakMap<K, { value: V }>();
  return (key) => {
    const known = values.get(key);
    if (known !== undefined) return known.value;
    const value = compute(key);
    values.set(key, { value });
    return value;
  };
}

export type TtlCache<T> = (key: string, ttlMs: number, read: () => Promise<T>) => Promise<T>;

/** Shares each read by key for `ttlMs` from its start; a rejection is not cached. */
export function ttlCache<T>(): TtlCache<T> {
  const entries = new Map<string, { until: number; value: Promise<T> }>();
  return (key, ttlMs, read) => {
    const cached = entries.get(key);
    if (cached && performance.now() < cached.until) return cached.value;
    const entry = { until: performance.now() + ttlMs, value: read() };
    entries.set(key, entry);
    entry.value.catch(() => {
      if (entries.get(key) === entry) entries.delete(key);
    });
    return entry.value;
  };
}
