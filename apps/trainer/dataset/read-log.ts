import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogName } from '@learning-loop/events/training-records';
import { listSegments } from '@learning-loop/training-log/layout';
import { literal, type Workspace } from './duckdb.ts';
import { columns, complete, confidence, type ReadLog, usable } from './log-columns.ts';

/** One segment as the manifest names it. */
export interface SegmentRead {
  log: LogName;
  path: string;
  bytes: number;
}

const maxLineBytes = 1_048_576;

export interface Lines {
  segments: SegmentRead[];
  /** Lines of this tenant. */
  records: number;
  /** Lines of whomever that are no record: torn, corrupt, of the wrong types. They are left where they are. */
  broken: number;
  /** Names of segments with broken lines, and how many. */
  brokenIn: Record<string, number>;
}

/**
 * Copies the tenant's lines of a log to a Parquet file of the workspace, and makes the view of that name, which says of
 * each line whether it is `usable` and `confident`: so nothing wide is read again to choose. Broken lines are counted
 * and left out: the log keeps them, and nobody can say whose words they hold. Parquet, because it is half the work of a
 * table and gives every line a number that stays, however the log goes on growing.
 *
 * The view `all_<log>` has the broken lines too. It is for joins with numbers of lines, which name none of them: DuckDB
 * takes a filter for one that leaves a fifth, and would then hold the wide lines in memory and stream the narrow ones.
 */
export async function readLog(
  workspace: Workspace,
  dir: string,
  log: ReadLog,
  { tenantId, minConfidence }: { tenantId: string; minConfidence: number },
): Promise<Lines> {
  const found = await segmentsOf(dir, log);
  const names = Object.keys(columns[log]).join(', ');
  await workspace.copy(`(select filename as segment, coalesce(event_id is not null and tenant_id is not null
      and user_id is not null and ${complete[log]}, false) as good, ${usable[log]} as usable,
      ${confidence[log]} >= ${minConfidence} as confident, ${names}
    from ${found.length > 0 ? linesOf(found, log) : noLines(log)}
    where tenant_id = ${literal(tenantId)} or not good)
    to ${literal(fileOf(workspace, log))} (format parquet, row_group_size 20480)`);
  const read = `from read_parquet(${literal(fileOf(workspace, log))}, file_row_number = true)`;
  await workspace.run(`create or replace temp view all_${log} as
    select file_row_number as line, good, usable, confident, ${names} ${read}`);
  await workspace.run(`create or replace temp view ${log} as from all_${log} where good`);
  return {
    segments: found.map(({ path, bytes }) => ({ log, path, bytes })),
    ...(await counted(workspace, read)),
  };
}

const fileOf = ({ directory }: Workspace, log: ReadLog): string => join(directory, `${log}.parquet`);

function linesOf(found: { path: string }[], log: ReadLog): string {
  const types = Object.entries(columns[log]).map(([name, type]) => `${name}: ${literal(type)}`);
  return `read_json([${found.map(({ path }) => literal(path)).join(', ')}], format = 'newline_delimited',
    ignore_errors = true, filename = true, maximum_object_size = ${maxLineBytes}, columns = {${types.join(', ')}})`;
}

function noLines(log: ReadLog): string {
  const nulls = Object.entries(columns[log]).map(([name, type]) => `null::${type} as ${name}`);
  return `(select null::VARCHAR as filename, ${nulls.join(', ')} where false)`;
}

/** Each once, though a segment that moves meanwhile is listed twice. */
async function segmentsOf(dir: string, log: ReadLog) {
  const listed = (await listSegments(dir, log)).filter(({ bytes }) => bytes > 0);
  return [...new Map(listed.map((segment) => [segment.id, segment])).values()];
}

async function counted(workspace: Workspace, read: string): Promise<Omit<Lines, 'segments'>> {
  const records = await workspace.count(`${read} where good`);
  const rows = await workspace.rows(
    `select segment, count(*)::int as lines ${read} where not good group by segment order by segment`,
  );
  const brokenIn = Object.fromEntries(rows.map(({ segment, lines }) => [String(segment), Number(lines)]));
  const broken = Object.values(brokenIn).reduce((sum, lines) => sum + lines, 0);
  return { records, broken, brokenIn };
}

/** Frees what a log took, once it has been read, chosen from and written. */
export async function forgetLog(workspace: Workspace, log: ReadLog): Promise<void> {
  for (const view of [`chosen_${log}`, log, `all_${log}`]) await workspace.run(`drop view ${view}`);
  await workspace.run(`drop table lines_${log}`);
  await rm(fileOf(workspace, log));
}
