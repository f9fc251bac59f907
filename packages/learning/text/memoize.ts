/** A bounded memo of a pure function: the least recently used answer goes first. */
export function memoize<V>(compute: (key: string) => V, limit: number): (key: string) => V {
  const answers = new Map<string, V>();
  return (key) => {
    const known = answers.get(key);
    const value = known ?? compute(key);
    if (known !== undefined) answers.delete(key);
    answers.set(key, value);
    if (answers.size > limit) dropOldest(answers);
    return value;
  };
}

function dropOldest(answers: Map<string, unknown>): void {
  for (const oldest of answers.keys()) {
    answers.delete(oldest);
    return;
  }
}
