/** All interactions as numbers; the hypotheses of one interaction are consecutive rows. */
export interface TrainingExamples {
  names: string[];
  /** Hypothesis by feature, row-major. */
  values: Float64Array;
  /** 1 is first. */
  positions: Uint8Array;
  /** Probability of each hypothesis at its position, in (0, 1]. */
  propensities: Float64Array;
  /** First row of each interaction, then the total number of rows. */
  starts: Uint32Array;
  /** Row of the selection. */
  selected: Uint32Array;
  users: Uint32Array;
}

export interface ExampleHypothesis {
  position: number;
  propensity: number;
  features: Record<string, number>;
  selected: boolean;
}

export interface TrainingExample {
  user: string;
  hypotheses: ExampleHypothesis[];
}

/** Missing features are 0. Throws a RangeError for an interaction without a selection. */
export function toExamples(
  examples: TrainingExample[],
  names: string[] = listFeatureNames(examples),
): TrainingExamples {
  const hypotheses = examples.flatMap((example) => example.hypotheses);
  const users = new Map<string, number>();
  const starts = new Uint32Array(examples.length + 1);
  const selectedRows = new Uint32Array(examples.length);
  for (const [i, example] of examples.entries()) {
    const start = starts[i] ?? 0;
    const selected = example.hypotheses.findIndex((hypothesis) => hypothesis.selected);
    if (selected < 0) throw new RangeError(`display ${i} has no pick`);
    selectedRows[i] = start + selected;
    starts[i + 1] = start + example.hypotheses.length;
    if (!users.has(example.user)) users.set(example.user, users.size);
  }
  return {
    names,
    values: Float64Array.from(hypotheses.flatMap(({ features }) => names.map((name) => features[name] ?? 0))),
    positions: Uint8Array.from(hypotheses, ({ position }) => position),
    propensities: Float64Array.from(hypotheses, ({ propensity }) => propensity),
    starts,
    selected: selectedRows,
    users: Uint32Array.from(examples, ({ user }) => users.get(user) ?? 0),
  };
}

function listFeatureNames(examples: TrainingExample[]): string[] {
  const names = new Set<string>();
  for (const { hypotheses } of examples)
    for (const { features } of hypotheses) for (const name in features) names.add(name);
  return [...names].sort();
}

export function forEachInteraction(
  { starts }: TrainingExamples,
  visit: (interaction: number, from: number, to: number) => void,
): void {
  for (let i = 0; i + 1 < starts.length; i += 1) visit(i, starts[i] ?? 0, starts[i + 1] ?? 0);
}
