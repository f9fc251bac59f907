import { join } from 'node:path';
import { literal, type Workspace } from '../dataset/duckdb.ts';
import type { TrainingExamples } from './examples.ts';

/** More selections make the fit slower, not better. */
const maxExamples = { train: 100_000, validation: 25_000, test: 50_000 };
export type Split = keyof typeof maxExamples;

export async function loadFeatureNames(workspace: Workspace, dataset: string): Promise<string[]> {
  const rows = await workspace.rows(`select distinct unnest(map_keys(option.features)) as name
    from (select unnest(hypotheses) as option ${fromParquet(dataset)}) order by name`);
  return rows.map(({ name }) => String(name));
}

/** Large splits are sampled by hash. */
export async function loadExamples(
  workspace: Workspace,
  dataset: string,
  split: Split,
  names: string[],
): Promise<TrainingExamples> {
  const features = names.map((name) => `coalesce(option.features[${literal(name)}], 0)::DOUBLE`);
  const sampled = `select user_hash, hypotheses, event_id ${fromParquet(dataset)} where split = '${split}'
    order by hash(event_id), event_id limit ${maxExamples[split]}`;
  const rows = workspace.chunks(`with sampled as (${sampled}), numbered as (
      select row_number() over ()::int as display, dense_rank() over (order by user_hash)::int - 1 as user_no, hypotheses
      from sampled
    )
    select display, user_no, option.chosen, option."position"::int, option.propensity::DOUBLE,
      ${features.join(', ')}
    from (select display, user_no, unnest(hypotheses) as option from numbered) order by display, option."position"`);
  const builder = createBuilder(names);
  for await (const columns of rows) builder.add(columns);
  return builder.build();
}

const fromParquet = (dataset: string) =>
  `from read_parquet(${literal(join(dataset, 'ranking_picks.parquet'))})`;

function createBuilder(names: string[]) {
  const values: Float64Array[] = [];
  const [positions, propensities, starts, selected, users]: number[][] = [[], [], [], [], []];
  let [interaction, hypotheses] = [0, 0];
  return {
    add([
      interactions = [],
      userNos = [],
      selectedFlags = [],
      positionColumn = [],
      propensityColumn = [],
      ...features
    ]: unknown[][]): void {
      const block = new Float64Array(interactions.length * names.length);
      for (const [row, id] of interactions.entries()) {
        if (id !== interaction) {
          interaction = Number(id);
          starts?.push(hypotheses);
          users?.push(Number(userNos[row]));
        }
        if (selectedFlags[row] === true) selected?.push(hypotheses);
        positions?.push(Number(positionColumn[row]));
        propensities?.push(Number(propensityColumn[row]));
        for (let k = 0; k < names.length; k += 1) block[row * names.length + k] = Number(features[k]?.[row]);
        hypotheses += 1;
      }
      values.push(block);
    },
    build: (): TrainingExamples => ({
      names,
      values: concatenate(values),
      positions: Uint8Array.from(positions ?? []),
      propensities: Float64Array.from(propensities ?? []),
      starts: Uint32Array.from([...(starts ?? []), hypotheses]),
      selected: Uint32Array.from(selected ?? []),
      users: Uint32Array.from(users ?? []),
    }),
  };
}

function concatenate(blocks: Float64Array[]): Float64Array {
  const all = new Float64Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
