import type { System } from './system.ts';

/** Delays the memory worker by `ms` for each selection, until the result is called. */
export async function slowDownMemory(system: System, ms: number): Promise<() => Promise<unknown>> {
  await system.query(
    `create function dawdle() returns trigger language plpgsql as
     $$ begin perform pg_sleep(${ms / 1_000}); return new; end $$`,
  );
  await system.query(
    `create trigger dawdle before insert on memories for each row
     when (new.type = 'history') execute function dawdle()`,
  );
  return () => system.query('drop trigger dawdle on memories');
}
