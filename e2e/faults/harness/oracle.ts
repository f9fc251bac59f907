import type { LogName } from '@learning-loop/events/training-records';
import { readTrainingLog } from '@learning-loop/training-log/read';
import type { Accepted } from './load.ts';
import type { System } from './system.ts';

/** What became of the accepted picks, compared place by place. */
export interface OracleReport {
  accepted: number;
  /** Accepted picks that some place lacks; the worst place counts. */
  lost: number;
  /** Effects beyond one for each accepted pick, of all places. */
  duplicated: number;
  /** The places that are wrong, in words. */
  faults: string[];
}

interface Place {
  name: string;
  /** The event or the interaction of every effect. */
  effects: string[];
}

const SETTLE_MS = 180_000;

/**
 * The oracle, the same after every fault: accepted answers = selections = distinct events in the training log =
 * history memories = persona updates, nothing left in the outbox, nothing set aside.
 */
export async function compareWithOracle(system: System, accepted: Accepted[]): Promise<OracleReport> {
  const faults: string[] = [];
  await system.settled(SETTLE_MS).catch((error: unknown) => faults.push(String(error)));
  const events = accepted.map(({ event_id }) => event_id);
  const interactions = accepted.map(({ interaction_id }) => interaction_id);
  const places = [
    ...(await eventPlaces(system)).map((place) => compare(place, events)),
    ...(await interactionPlaces(system)).map((place) => compare(place, interactions)),
  ];
  faults.push(...places.flatMap(({ fault }) => fault ?? []), ...(await miscounts(system, accepted.length)));
  return {
    accepted: accepted.length,
    lost: Math.max(...places.map(({ missing }) => missing)),
    duplicated: places.reduce((sum, { extra }) => sum + extra, 0),
    faults,
  };
}

async function eventPlaces(system: System): Promise<Place[]> {
  const ids = (sql: string) => system.column(sql);
  const logged = (name: LogName) => logColumn(system, name, 'event_id');
  return [
    { name: 'selections', effects: await ids('select event_id as id from selections') },
    { name: 'history', effects: await ids("select content_key as id from memories where type = 'history'") },
    { name: 'persona_updates', effects: await ids('select event_id as id from persona_updates') },
    { name: 'hypotheses_data', effects: await logged('hypotheses_data') },
    { name: 'ranking_data', effects: await logged('ranking_data') },
  ];
}

async function interactionPlaces(system: System): Promise<Place[]> {
  return [{ name: 'persona log', effects: await logColumn(system, 'persona_updates', 'interaction_id') }];
}

async function logColumn(
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

function compare({ name, effects }: Place, accepted: string[]) {
  const found = new Set(effects);
  const wanted = new Set(accepted);
  const missing = [...wanted].filter((one) => !found.has(one)).length;
  const extra = effects.length - (wanted.size - missing);
  const fault = missing + extra > 0 ? `${name}: ${missing} missing, ${extra} too many` : undefined;
  return { missing, extra, fault };
}

/** Sums that a second application would raise, though every row is there once. */
async function miscounts(system: System, accepted: number): Promise<string[]> {
  const counts = {
    'picks in the personas': ['select sum(interaction_count) as id from personas', accepted],
    'history memories seen': ["select sum(count) as id from memories where type = 'history'", accepted],
    'goals and preferences seen': [
      "select sum(count) as id from memories where type <> 'history'",
      await number(
        system,
        "select count(*) as id from memory_sources join memories using (tenant_id, user_id, memory_id) where type <> 'history'",
      ),
    ],
    'events in the outbox': ['select count(*) as id from outbox', 0],
    'dead letters': ['select count(*) as id from dead_letters', 0],
  } satisfies Record<string, [string, number]>;
  const faults: string[] = [];
  for (const [name, [sql, must]] of Object.entries(counts)) {
    const is = await number(system, sql);
    if (is !== must) faults.push(`${name}: ${is}, must be ${must}`);
  }
  return faults;
}

async function number(system: System, sql: string): Promise<number> {
  const [value] = await system.column(sql);
  return Number(value ?? 0);
}
