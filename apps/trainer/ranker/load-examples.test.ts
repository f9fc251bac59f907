import { join } from 'node:path';
import { temporaryDirectory } from '@learning-loop/training-log/testing/locations';
import { expect, test } from 'vitest';
import { literal, openWorkspace, type Workspace } from '../dataset/duckdb.ts';
import { loadExamples, loadFeatureNames } from './load-examples.ts';

/** What a build writes: these rows of split, user, event and hypotheses. */
async function withPicks(select: string, work: (workspace: Workspace, dataset: string) => Promise<void>) {
  const dataset = await temporaryDirectory();
  await using workspace = await openWorkspace(join(dataset, 'work'));
  const path = literal(join(dataset, 'ranking_picks.parquet'));
  await workspace.run(`copy (select * from (${select}) as t(split, user_hash, event_id, hypotheses))
    to ${path} (format parquet)`);
  await work(workspace, dataset);
}

const hypothesis = (chosen: boolean, position: number, propensity: number, features: string) =>
  `{'chosen': ${chosen}, 'position': ${position}, 'propensity': ${propensity}, 'features': map {${features}}}`;

test('a selection becomes rows by position, with its propensities, features and user', async () => {
  const shown = [
    hypothesis(true, 2, 0.25, "'goal': 0.5, 'it''s': 3.0"),
    hypothesis(false, 1, 0.75, "'prior': 1.0"),
    hypothesis(false, 3, 1, "'goal': -2.0"),
  ];
  const picks = `values ('train', 'u', 'e', [${shown.join(', ')}]), ('test', 'v', 'f', [${shown[1]}])`;
  await withPicks(picks, async (workspace, dataset) => {
    expect(await loadFeatureNames(workspace, dataset)).toEqual(['goal', "it's", 'prior']);
    const names = ['goal', "it's", 'elsewhere', 'prior'];
    expect(await loadExamples(workspace, dataset, 'train', names)).toEqual({
      names,
      values: Float64Array.of(...[0, 0, 0, 1], ...[0.5, 3, 0, 0], ...[-2, 0, 0, 0]),
      positions: Uint8Array.of(1, 2, 3),
      propensities: Float64Array.of(0.75, 0.25, 1),
      starts: Uint32Array.of(0, 3),
      selected: Uint32Array.of(1),
      users: Uint32Array.of(0),
    });
    const none = await loadExamples(workspace, dataset, 'validation', names);
    expect([none.selected.length, none.values.length, [...none.starts]]).toEqual([0, 0, [0]]);
  });
});

test('many selections of many users stay apart, over what is read at once', async () => {
  // Event i is of user i mod 7, has i mod 3 + 1 hypotheses, and its last one was selected.
  const shown = `list_transform(range(1, i % 3 + 2), lambda p: {'chosen': p = i % 3 + 1, 'position': p,
    'propensity': 1 / p, 'features': map {'event': i::double, 'place': p::double}})`;
  const picks = `select 'test', 'user ' || (i % 7), 'event ' || i, ${shown} from range(3000) as r(i)`;
  await withPicks(picks, async (workspace, dataset) => {
    const examples = await loadExamples(workspace, dataset, 'test', ['event', 'place']);
    const { starts, selected, users, values, positions, propensities } = examples;
    expect([starts.length, selected.length, users.length]).toEqual([3_001, 3_000, 3_000]);
    const seen = new Set<number>();
    const wrong: number[] = [];
    for (const [n, user] of users.entries()) {
      const [from = 0, to = 0] = starts.slice(n, n + 2);
      const event = values[2 * from] ?? -1;
      seen.add(event);
      const places = Array.from({ length: (event % 3) + 1 }, (_, at) => at + 1);
      const loaded = [user, selected[n], ...positions.slice(from, to), ...propensities.slice(from, to)];
      const expected = [event % 7, to - 1, ...places, ...places.map((place) => 1 / place)];
      const features = places.flatMap((place) => [event, place]);
      const isRight =
        loaded.join() === expected.join() && values.slice(2 * from, 2 * to).join() === features.join();
      if (!isRight) wrong.push(event);
    }
    expect(wrong).toEqual([]);
    expect(seen.size).toBe(3_000);
  });
});
