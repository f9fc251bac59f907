/** What a value costs of a memo's limit. */
export type Weigh<V> = (value: V) => number;

/**
 * A bounded memo of a pure function. The answers asked for last, up to `limit` by weight (1 each, if nothing else is
 * said), are remembered, and at most twice as many: what was not asked for while a generation filled is forgotten.
 */
export function memoize<V extends object | number>(
  compute: (key: string) => V,
  limit: number,
  weigh: Weigh<V> = () => 1,
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
