export type Remember<T> = (key: string, freshMs: number, read: () => Promise<T>) => Promise<T>;

/** Answers of `read` by key, each good for some ms; calls at the same time share one. A failure is not remembered. */
export function remember<T>(): Remember<T> {
  const kept = new Map<string, { until: number; value: Promise<T> }>();
  return (key, freshMs, read) => {
    const found = kept.get(key);
    if (found && found.until > performance.now()) return found.value;
    const value = read();
    kept.set(key, { until: performance.now() + freshMs, value });
    value.catch(() => kept.delete(key));
    return value;
  };
}
