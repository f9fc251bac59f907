import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Aftermath, Bench, Fault, Size } from './fault.ts';
import { compareWithOracle, type OracleReport } from './harness/oracle.ts';
import type { PostgresServer } from './harness/postgres-server.ts';
import { startSystem } from './harness/system.ts';
import { requirePrograms } from './programs.ts';

/** One row of the table. */
export interface Row extends OracleReport, Pick<Aftermath, 'recoveryMs' | 'notes'> {
  fault: Pick<Fault, 'number' | 'name'>;
  tookMs: number;
  /** Where everything that it left lies, when something is wrong. */
  kept?: string;
}

/** Breaks a system of its own, waits until it has recovered, and asks the oracle. What failed keeps its directory. */
export async function runFault(fault: Fault, postgres: PostgresServer, size: Size): Promise<Row> {
  await requirePrograms(fault.needs ?? []);
  const started = performance.now();
  const directory = await mkdtemp(path.join(tmpdir(), `fault-${fault.number}-`));
  await chmod(directory, 0o755);
  await using resources = new AsyncDisposableStack();
  const use: Bench['use'] = (resource) => resources.use(resource);
  const start: Bench['start'] = async (wishes) => {
    return resources.use(await startSystem({ postgres, directory }, wishes));
  };
  const aftermath = await fault.run({ size, postgres, start, use, directory });
  const { system, accepted, recoveryMs, broken, late = [] } = aftermath;
  const verdict = await compareWithOracle(system, accepted);
  const judged = size.short ? broken : [...broken, ...late];
  const faults = [...judged, ...verdict.faults, ...tooFew(accepted.length, size)];
  const notes = [aftermath.notes, ...(size.short ? late : [])].join('; ');
  await resources.disposeAsync();
  const kept = faults.length > 0 ? { kept: directory } : {};
  if (faults.length === 0) await rm(directory, { recursive: true, force: true });
  const { number, name } = fault;
  const tookMs = performance.now() - started;
  return { ...verdict, faults, recoveryMs, notes, fault: { number, name }, tookMs, ...kept };
}

function tooFew(accepted: number, { picks }: Size): string[] {
  return accepted < picks ? [`only ${accepted} of ${picks} selections were accepted`] : [];
}
