import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Aftermath, Bench, Fault, Size } from './fault.ts';
import { compareWithOracle, type OracleReport } from './harness/oracle.ts';
import type { PostgresServer } from './harness/postgres-server.ts';
import { startSystem } from './harness/system.ts';
import { requirePrograms } from './programs.ts';

export interface Row extends OracleReport, Pick<Aftermath, 'recoveryMs' | 'notes'> {
  fault: Pick<Fault, 'number' | 'name'>;
  tookMs: number;
  /** The fault's directory, kept if it failed. */
  kept?: string;
}

/**
 * Runs the fault on its own system, waits for recovery and checks it with the oracle. The directory of a failed fault
 * is kept.
 */
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
  const report = await compareWithOracle(system, accepted);
  const promises = size.short ? broken : [...broken, ...late];
  const faults = [...promises, ...report.faults, ...describeShortfall(accepted.length, size)];
  const notes = [aftermath.notes, ...(size.short ? late : [])].join('; ');
  await resources.disposeAsync();
  const kept = faults.length > 0 ? { kept: directory } : {};
  if (faults.length === 0) await rm(directory, { recursive: true, force: true });
  const { number, name } = fault;
  const tookMs = performance.now() - started;
  return { ...report, faults, recoveryMs, notes, fault: { number, name }, tookMs, ...kept };
}

function describeShortfall(accepted: number, { selections }: Size): string[] {
  return accepted < selections ? [`only ${accepted} of ${selections} selections were accepted`] : [];
}
