import { join } from 'node:path';
import { literal, type Workspace } from '../dataset/duckdb.ts';
import type { TrainingExamples } from './examples.ts';

/** More picks than this would not make the fit better, only slower. */
const maxExamples = { train: 100_000, validation: 25_000, test: 50_000 };
export type Split = keyof typeof maxExamples;

/** The features that the dataset's picks have, by name. */
export async function featureNames(workspace: Workspace, dataset: string): Promise<string[]> {
  const rows = await workspace.rows(`select distinct unnest(map_keys(option.features)) as name
    from (select unnest(hypotheses) as option ${fromExamples(dataset)}) order by name`);
  return rows.map(({ name }) => String(name));
}

/** The picks of one split as numbers; a sample by hash when there are very many. */
export async function loadExamples(
  workspace: Workspace,
  dataset: string,
  split: Split,
  names: string[],
): Promise<TrainingExamples> {
  const features = names.map((name) => `coalesce(option.features[${literal(name)}], 0)::DOUBLE`);
  const sampled = `select user_hash, hypotheses, event_id ${fromExamples(dataset)} where split = '${split}'
    order by hash(event_id), event_id limit ${maxExamples[split]}`;
  const rows = workspace.chunks(`with sampled as (${sampled}), numbered as (
      select row_number() over ()::int as display, dense_rank() over (order by user_hash)::int - 1 as user_no, hypotheses
      from sampled
    )
    select display, user_no, option.chosen, option."position"::int, option.propensity::DOUBLE,
      ${features.join(', ')}
    from (select display, user_no, unnest(hypotheses) as option from numbered) order by display, option."position"`);
  const builder = newBuilder(names);
  for await (const columns of rows) builder.add(columns);
  return builder.picks();
}

const fromExamples = (dataset: string) =>
  `from read_parquet(${literal(join(dataset, 'ranking_picks.parquet'))})`;

function newBuilder(names: string[]) {
  const values: Float64Array[] = [];
  const [positions, propensities, starts, picked, users]: number[][] = [[], [], [], [], []];
  let [display, options] = [0, 0];
  return {
    add([
      displays = [],
      userNos = [],
      chosen = [],
      places = [],
      chances = [],
      ...features
    ]: unknown[][]): void {
      const block = new Float64Array(displays.length * names.length);
      for (const [row, id] of displays.entries()) {
        if (id !== display) {
          display = Number(id);
          starts?.push(options);
          users?.push(Number(userNos[row]));
        }
        if (chosen[row] === true) picked?.push(options);
        positions?.push(Number(places[row]));
        propensities?.push(Number(chances[row]));
        for (let k = 0; k < names.length; k += 1) block[row * names.length + k] = Number(features[k]?.[row]);
        options += 1;
      }
      values.push(block);
    },
    picks: (): TrainingExamples => ({
      names,
      values: joined(values),
      positions: Uint8Array.from(positions ?? []),
      propensities: Float64Array.from(propensities ?? []),
      starts: Uint32Array.from([...(starts ?? []), options]),
      picked: Uint32Array.from(picked ?? []),
      users: Uint32Array.from(users ?? []),
    }),
  };
}

function joined(blocks: Float64Array[]): Float64Array {
  const all = new Float64Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    all.set(block, at);
    at += block.length;
  }
  return all;
}
