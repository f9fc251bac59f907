import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseRecord } from '@learning-loop/training-log/lines';
import { openTrainingLog } from '@learning-loop/training-log/open';
import { readTrainingLog } from '@learning-loop/training-log/read';
import type { Fault } from '../fault.ts';
import { connectClient } from '../harness/client.ts';
import { makeSelection, startLoad } from '../harness/load.ts';
import type { System } from '../harness/system.ts';

const SETTLE_MS = 60_000;
const LINES_BEFORE = 10;
const log = 'hypotheses_data';

export const tornLine: Fault = {
  number: 10,
  name: "the log's last line cut at every byte",
  short: true,
  async run({ size, start, directory }) {
    const system = await start();
    await system.ready();
    const load = startLoad(system.urls, { perSecond: 300 });
    await load.reached(size.selections);
    await load.stop();
    await system.settled(SETTLE_MS);
    const bytes = await readFile(toLogFile(system));
    const offsets = await repairEveryCut(directory, bytes);
    const cuts = size.short ? 2 : 12;
    const torn = await tearAndRestart(system, cuts);
    const accepted = [...load.accepted, torn.selection];
    const notes = `${offsets.tried} offsets in the writer, ${cuts} of them with the worker's process`;
    return { system, accepted, recoveryMs: torn.recoveryMs, notes, broken: offsets.broken };
  },
};

const toLogFile = ({ trainingDataDir }: System) => path.join(trainingDataDir(), `${log}.jsonl`);

/** Cuts the last line at each byte; the writer recovers the file and gets the event again. */
async function repairEveryCut(directory: string, bytes: Buffer) {
  const lines = bytes.toString().trimEnd().split('\n').slice(-LINES_BEFORE);
  const whole = Buffer.from(`${lines.join('\n')}\n`);
  const last = Buffer.from(`${lines.at(-1)}\n`);
  const record = parseRecord<typeof log>(last);
  if (!record) throw new Error('The last line is no record.');
  const broken: string[] = [];
  // In memory fsync is free.
  const memory = existsSync('/dev/shm') ? '/dev/shm' : directory;
  for (let kept = 0; kept < last.length; kept++) {
    const scratch = await mkdtemp(path.join(memory, 'torn-'));
    await writeFile(path.join(scratch, `${log}.jsonl`), whole.subarray(0, whole.length - last.length + kept));
    {
      await using writer = await openTrainingLog(scratch, { log: { warn() {}, error() {}, info() {} } });
      await writer.append(log, [record]);
    }
    const reader = readTrainingLog(scratch, log);
    const found: string[] = [];
    for await (const { event_id } of reader) found.push(event_id);
    if (found.length !== lines.length || reader.skipped.broken > 0)
      broken.push(`${kept} bytes kept: ${found.length} lines`);
    await rm(scratch, { recursive: true });
  }
  return { tried: last.length, broken };
}

/** Simulates a crash while the newest line is written: its event is pending, its line torn. */
async function tearAndRestart(system: System, cuts: number) {
  const [worker] = system.of('training-log-worker');
  if (!worker) throw new Error('There is no training-log-worker.');
  await worker.stop();
  const client = connectClient(system.urls);
  const selection = await makeSelection(client, { i: 0, user_id: 'torn' });
  const [row] = await system.column('select to_jsonb(outbox)::text as id from outbox where event_id = $1', [
    selection.event_id,
  ]);
  let recoveryMs = 0;
  for (let cut = 1; cut <= cuts; cut++) {
    worker.start();
    recoveryMs = Math.max(recoveryMs, await system.caughtUp());
    await worker.end();
    const bytes = await readFile(toLogFile(system));
    const line = bytes.length - 1 - bytes.subarray(0, -1).lastIndexOf('\n');
    await truncate(toLogFile(system), bytes.length - Math.ceil((line * cut) / cuts));
    await system.query(
      `insert into outbox select event_id, event, tenant_id, user_id, payload, array['training-log'], created_at, null
       from jsonb_populate_record(null::outbox, $1::jsonb) on conflict do nothing`,
      [row],
    );
  }
  worker.start();
  return { selection, recoveryMs: Math.max(recoveryMs, await system.caughtUp()) };
}
