import type { LogName } from '@learning-loop/events/training-records';
import { segments } from '@learning-loop/training-log/layout';
import { literal, type Workspace } from './workspace.ts';

/** One segment as the manifest names it. */
export interface SegmentRead {
  log: LogName;
  path: string;
  bytes: number;
}

const line = {
  timestamp: 'VARCHAR',
  event_id: 'VARCHAR',
  tenant_id: 'VARCHAR',
  user_id: 'VARCHAR',
};
const facets = 'STRUCT(concise DOUBLE, step_by_step DOUBLE, code_first DOUBLE, formal DOUBLE)';

/** What is read of each log. A line that does not have these types is set aside. */
const columns = {
  hypotheses_data: {
    ...line,
    user_input: 'VARCHAR',
    context: `STRUCT(persona_facets ${facets}, interaction_count BIGINT, recent_goals VARCHAR[], preferences VARCHAR[])`,
    hypotheses:
      'STRUCT(id VARCHAR, question VARCHAR, confidence DOUBLE, position INTEGER, propensity DOUBLE)[]',
    selected_id: 'VARCHAR',
    label: 'VARCHAR',
    selected_confidence: 'DOUBLE',
  },
  persona_updates: {
    ...line,
    old_facets: facets,
    new_facets: facets,
    facet_deltas: 'MAP(VARCHAR, DOUBLE)',
    signals: 'STRUCT(selected_hypothesis_id VARCHAR, success BOOLEAN)',
    reason: 'VARCHAR',
  },
  ranking_data: {
    ...line,
    hypotheses:
      'STRUCT(id VARCHAR, position INTEGER, propensity DOUBLE, features MAP(VARCHAR, DOUBLE), chosen BOOLEAN)[]',
  },
} as const;
export type ReadLog = keyof typeof columns;

/** What a usable line has besides an event, a tenant and a user. */
const complete: Record<ReadLog, string> = {
  hypotheses_data: 'user_input is not null and hypotheses is not null and context is not null',
  persona_updates: 'old_facets is not null and new_facets is not null and signals is not null',
  ranking_data: 'len(hypotheses) > 0',
};

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
 * Reads the tenant's lines of a log into the table of that name. Broken lines are counted and left out: the log keeps
 * them, and nobody can say whose words they hold.
 */
export async function readLog(
  workspace: Workspace,
  dir: string,
  log: ReadLog,
  tenantId: string,
): Promise<Lines> {
  const found = await segmentsOf(dir, log);
  const fields = Object.entries(columns[log]);
  const names = fields.map(([name]) => name).join(', ');
  await workspace.run(`create table read_${log} (segment VARCHAR, good BOOLEAN,
    ${fields.map(([name, type]) => `${name} ${type}`).join(', ')})`);
  if (found.length > 0)
    await workspace.run(
      `insert into read_${log}
      select filename, coalesce(event_id is not null and tenant_id is not null and user_id is not null
        and ${complete[log]}, false) as good, ${names}
      from read_json([${found.map(({ path }) => literal(path)).join(', ')}], format = 'newline_delimited',
        ignore_errors = true, filename = true, maximum_object_size = ${maxLineBytes},
        columns = {${fields.map(([name, type]) => `${name}: ${literal(type)}`).join(', ')}})
      where tenant_id = $tenant or not good`,
      { tenant: tenantId },
    );
  await workspace.run(`create view ${log} as select rowid as line, ${names} from read_${log} where good`);
  return {
    segments: found.map(({ path, bytes }) => ({ log, path, bytes })),
    ...(await counted(workspace, log)),
  };
}

/** Each once, though a segment that moves meanwhile is listed twice. */
async function segmentsOf(dir: string, log: ReadLog) {
  const listed = (await segments(dir, log)).filter(({ bytes }) => bytes > 0);
  return [...new Map(listed.map((segment) => [segment.id, segment])).values()];
}

async function counted(workspace: Workspace, log: ReadLog): Promise<Omit<Lines, 'segments'>> {
  const records = await workspace.count(`from ${log}`);
  const rows = await workspace.rows(
    `select segment, count(*)::int as lines from read_${log} where not good group by segment order by segment`,
  );
  const brokenIn = Object.fromEntries(rows.map(({ segment, lines }) => [String(segment), Number(lines)]));
  const broken = Object.values(brokenIn).reduce((sum, lines) => sum + lines, 0);
  return { records, broken, brokenIn };
}

/** Frees what a log took, once it has been read, chosen from and written. */
export async function forgetLog(workspace: Workspace, log: ReadLog): Promise<void> {
  await workspace.run(`drop view chosen_${log}`);
  await workspace.run(`drop view ${log}`);
  for (const table of [`read_${log}`, `lines_${log}`, `users_${log}`, 'samples'])
    await workspace.run(`drop table if exists ${table}`);
}
