/** Displays and what was picked of each, as numbers: row by row, the options of one display after another. */
export interface TrainingExamples {
  /** Names of the features, the columns of `values`. */
  names: string[];
  /** Option by feature, row-major. */
  values: Float64Array;
  /** 1 is the first place; one for each option. */
  positions: Uint8Array;
  /** Chance of each option to stand where it stood, in (0, 1]. */
  propensities: Float64Array;
  /** Where the options of display i begin; one entry more than displays. */
  starts: Uint32Array;
  /** The option picked, for each display. */
  picked: Uint32Array;
  /** Who picked, numbered from 0. */
  users: Uint32Array;
}

export interface Option {
  position: number;
  propensity: number;
  features: Record<string, number>;
  chosen: boolean;
}

/** One display with exactly one option chosen. */
export interface TrainingExample {
  user: string;
  options: Option[];
}

/** The picks as numbers. A feature that an option lacks is 0. Throws a RangeError for a display without a pick. */
export function toExamples(
  picks: TrainingExample[],
  names: string[] = featureNames(picks),
): TrainingExamples {
  const options = picks.flatMap((pick) => pick.options);
  const users = new Map<string, number>();
  const starts = new Uint32Array(picks.length + 1);
  const picked = new Uint32Array(picks.length);
  for (const [i, pick] of picks.entries()) {
    const start = starts[i] ?? 0;
    const chosen = pick.options.findIndex((option) => option.chosen);
    if (chosen < 0) throw new RangeError(`display ${i} has no pick`);
    picked[i] = start + chosen;
    starts[i + 1] = start + pick.options.length;
    if (!users.has(pick.user)) users.set(pick.user, users.size);
  }
  return {
    names,
    values: Float64Array.from(options.flatMap(({ features }) => names.map((name) => features[name] ?? 0))),
    positions: Uint8Array.from(options, ({ position }) => position),
    propensities: Float64Array.from(options, ({ propensity }) => propensity),
    starts,
    picked,
    users: Uint32Array.from(picks, ({ user }) => users.get(user) ?? 0),
  };
}

function featureNames(picks: TrainingExample[]): string[] {
  const names = new Set<string>();
  for (const { options } of picks)
    for (const { features } of options) for (const name in features) names.add(name);
  return [...names].sort();
}

/** Calls `use` with each display and the range of its options. */
export function forEachInteraction(
  { starts }: TrainingExamples,
  use: (display: number, from: number, to: number) => void,
): void {
  for (let i = 0; i + 1 < starts.length; i += 1) use(i, starts[i] ?? 0, starts[i + 1] ?? 0);
}
