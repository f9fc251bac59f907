import type { LogName } from '@learning-loop/events/training-records';
import { readTrainingLog } from '@learning-loop/training-log/read';
import type { Accepted } from './load.ts';
import type { System } from './system.ts';

export interface OracleReport {
  accepted: number;
  /** Accepted selections missing in the worst store. */
  lost: number;
  /** Effects beyond one for each accepted selection, in all stores. */
  duplicated: number;
  /** In words. */
  faults: string[];
}

interface Store {
  name: string;
  /** Event or interaction ids. */
  effects: string[];
}

const SETTLE_MS = 180_000;

/**
 * Accepted responses = selections = distinct events in the training log = history memories = persona updates, and
 * nothing is left in the outbox or dead-lettered.
 */
export async function compareWithOracle(system: System, accepted: Accepted[]): Promise<OracleReport> {
  const faults: string[] = [];
  await system.settled(SETTLE_MS).catch((error: unknown) => faults.push(String(error)));
  const events = accepted.map(({ event_id }) => event_id);
  const interactions = accepted.map(({ interaction_id }) => interaction_id);
  const comparisons = [
    ...(await loadEventStores(system)).map((store) => compareStore(store, events)),
    ...(await loadInteractionStores(system)).map((store) => compareStore(store, interactions)),
  ];
  faults.push(
    ...comparisons.flatMap(({ fault }) => fault ?? []),
    ...(await findMiscounts(system, accepted.length)),
  );
  return {
    accepted: accepted.length,
    lost: Math.max(...comparisons.map(({ missing }) => missing)),
    duplicated: comparisons.reduce((sum, { extra }) => sum + extra, 0),
    faults,
  };
}

async function loadEventStores(system: System): Promise<Store[]> {
  const column = (sql: string) => system.column(sql);
  const readEventIds = (name: LogName) => readLogColumn(system, name, 'event_id');
  return [
    { name: 'selections', effects: await column('select event_id as id from selections') },
    {
      name: 'history',
      effects: await column("select content_key as id from memories where type = 'history'"),
    },
    { name: 'persona_updates', effects: await column('select event_id as id from persona_updates') },
    { name: 'hypotheses_data', effects: await readEventIds('hypotheses_data') },
    { name: 'ranking_data', effects: await readEventIds('ranking_data') },
  ];
}

async function loadInteractionStores(system: System): Promise<Store[]> {
  return [{ name: 'persona log', effects: await readLogColumn(system, 'persona_updates', 'interaction_id') }];
}

async function readLogColumn(
  { trainingDataDir }: System,
  name: LogName,
  column: 'event_id' | 'interaction_id',
): Promise<string[]> {
  const values: string[] = [];
  const reader = readTrainingLog(trainingDataDir(), name);
  for await (const record of reader) values.push(record[column]);
  if (reader.skipped.broken > 0) values.push(...Array(reader.skipped.broken).fill('a broken line'));
  return values;
}

function compareStore({ name, effects }: Store, accepted: string[]) {
  const foundIds = new Set(effects);
  const expectedIds = new Set(accepted);
  const missing = [...expectedIds].filter((one) => !foundIds.has(one)).length;
  const extra = effects.length - (expectedIds.size - missing);
  const fault = missing + extra > 0 ? `${name}: ${missing} missing, ${extra} too many` : undefined;
  return { missing, extra, fault };
}

/** Sums that applying an event twice would raise even without extra rows. */
async function findMiscounts(system: System, accepted: number): Promise<string[]> {
  const counts = {
    'picks in the personas': ['select sum(interaction_count) as id from personas', accepted],
    'history memories seen': ["select sum(count) as id from memories where type = 'history'", accepted],
    'goals and preferences seen': [
      "select sum(count) as id from memories where type <> 'history'",
      await queryNumber(
        system,
        "select count(*) as id from memory_sources join memories using (tenant_id, user_id, memory_id) where type <> 'history'",
      ),
    ],
    'events in the outbox': ['select count(*) as id from outbox', 0],
    'dead letters': ['select count(*) as id from dead_letters', 0],
  } satisfies Record<string, [string, number]>;
  const faults: string[] = [];
  for (const [name, [sql, expected]] of Object.entries(counts)) {
    const actual = await queryNumber(system, sql);
    if (actual !== expected) faults.push(`${name}: ${actual}, must be ${expected}`);
  }
  return faults;
}

async function queryNumber(system: System, sql: string): Promise<number> {
  const [value] = await system.column(sql);
  return Number(value ?? 0);
}
