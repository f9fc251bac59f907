import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildRequest, writeTestLog } from '../testing/test-log.ts';
import { openWorkspace } from './duckdb.ts';
import { filterRecords } from './filter.ts';
import { readLog } from './read-log.ts';

it.each(['hypotheses_data', 'persona_updates', 'ranking_data'] as const)(
  'holds the numbers of the lines of %s in memory, not the lines',
  async (log) => {
    const dir = await writeTestLog({ users: 40, selectionsPerUser: 5 });
    const request = buildRequest(dir);
    await using workspace = await openWorkspace(await mkdtemp(join(tmpdir(), 'choose-')));
    await readLog(workspace, dir, log, request);
    await filterRecords(workspace, log, request);
    const [row] = await workspace.rows(`explain (format json) from chosen_${log}`);
    // Of a hash join DuckDB names the side first that it streams, then the one that it holds.
    const scans = String(row?.['explain_value']).match(/"name": ?"(?:READ_PARQUET|SEQ_SCAN) ?"/g);
    expect(scans?.map((scan) => /\w+_\w+/.exec(scan)?.[0])).toEqual(['READ_PARQUET', 'SEQ_SCAN']);
  },
);
