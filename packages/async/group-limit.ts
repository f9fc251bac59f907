export interface GroupLimit {
  /** A place for one of the group, which the result gives back; undefined where the group, or all together, have theirs. */
  enter(group: string): (() => void) | undefined;
}

/** For what is taken for long, such as a stream: nobody waits, and no group takes all places. */
export function createGroupLimit(max: { all: number; perGroup: number }): GroupLimit {
  const taken = new Map<string, number>();
  let all = 0;
  return {
    enter(group) {
      const own = taken.get(group) ?? 0;
      if (own >= max.perGroup || all >= max.all) return undefined;
      taken.set(group, own + 1);
      all += 1;
      return () => {
        all -= 1;
        const left = (taken.get(group) ?? 1) - 1;
        if (left > 0) taken.set(group, left);
        else taken.delete(group);
      };
    },
  };
}

/** Runs at most `perGroup` of a group at once; the others of it wait in order, and no other group does. */
export function createGroupQueue(perGroup: number): <R>(group: string, work: () => Promise<R>) => Promise<R> {
  const running = new Map<string, { count: number; waiting: (() => void)[] }>();

  async function enter(group: string): Promise<void> {
    const of = running.get(group) ?? { count: 0, waiting: [] };
    running.set(group, of);
    if (of.count < perGroup) {
      of.count += 1;
      return;
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    of.waiting.push(resolve);
    await promise;
  }

  /** Whoever waits takes the place over. */
  function leave(group: string): void {
    const of = running.get(group);
    const next = of?.waiting.shift();
    if (next) next();
    else if (of && --of.count === 0) running.delete(group);
  }

  return async (group, work) => {
    await enter(group);
    try {
      return await work();
    } finally {
      leave(group);
    }
  };
}
