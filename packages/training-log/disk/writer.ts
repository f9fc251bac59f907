import { type LogName, logNames } from '@learning-loop/events/training-records';
import { makeDirectory } from '../files.ts';
import { listUsedSlots } from '../layout.ts';
import {
  createLineBatcher,
  type Lines,
  type Log,
  OutageLog,
  OutdatedRecords,
  type TrainingLog,
  type TrainingLogOptions,
  toLines,
} from '../training-log.ts';
import { SegmentWriter } from './segment-writer.ts';
import { lockFreeSlot, lockSlot, locksDirectory, type WriterLock } from './writer-lock.ts';

interface Writer {
  batcher: ReturnType<typeof createLineBatcher>;
  segment: SegmentWriter;
}
type Writers = Record<LogName, Writer>;

/** Active files are `<dir>/<name>[.<slot>].jsonl`; finished segments move to `<dir>/<name>/dt=YYYY-MM-DD/`. */
export async function openDiskLog(dir: string, options: TrainingLogOptions): Promise<TrainingLog> {
  await makeDirectory(locksDirectory(dir));
  await using resources = new AsyncDisposableStack();
  const lock = resources.use(lockFreeSlot(dir));
  const writers = openWriters(dir, lock, options);
  resources.defer(() => closeWriters(writers));
  await recoverAll(writers, options.log);
  await finishAbandoned(dir, lock, options);
  return trainingLog(writers, resources.move());
}

function trainingLog(writers: Writers, resources: AsyncDisposableStack): TrainingLog {
  return {
    async append(name, records, readAt = Number.POSITIVE_INFINITY) {
      if (resources.disposed) throw new Error('The training log is closed.');
      if (records.length === 0) return;
      await writers[name].batcher.add({ bytes: toLines(records), readAt });
    },
    async prepare(names, readAt) {
      await Promise.all(
        names.map(async (name) => {
          const { segment, batcher } = writers[name];
          if (!(await segment.takes(readAt))) await batcher.add({ bytes: Buffer.alloc(0), readAt });
        }),
      );
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function openWriters(dir: string, { slot }: WriterLock, options: TrainingLogOptions): Writers {
  const { log, rotateBytes = 268_435_456, now = () => new Date(), onWritten } = options;
  const outages = new OutageLog(log);
  const writer = (name: LogName): Writer => {
    const segment = new SegmentWriter({ dir, name, slot, rotateBytes, now });
    return {
      segment,
      batcher: createLineBatcher(async (lines) => {
        const started = performance.now();
        await writeAndReport(outages, segment, name, lines);
        onWritten?.({ log: name, bytes: lines.bytes.length, seconds: (performance.now() - started) / 1000 });
      }),
    };
  };
  return {
    hypotheses_data: writer('hypotheses_data'),
    persona_updates: writer('persona_updates'),
    ranking_data: writer('ranking_data'),
    user_feedback: writer('user_feedback'),
  };
}

async function writeAndReport(
  outages: OutageLog,
  segment: SegmentWriter,
  name: LogName,
  { bytes, readAt }: Lines,
): Promise<void> {
  try {
    await segment.write(bytes, readAt);
  } catch (error) {
    if (error instanceof OutdatedRecords) throw error;
    outages.failed(name, error);
    throw error;
  }
  outages.succeeded(name);
}

async function recoverAll(writers: Writers, log: Log): Promise<void> {
  for (const name of logNames) {
    const cut = await writers[name].segment.recover();
    if (cut > 0) log.warn({ log: name, bytes: cut }, 'training_log_torn_tail_cut');
  }
}

/** Of writers that died. What fails is left to the next start. */
async function finishAbandoned(dir: string, own: WriterLock, options: TrainingLogOptions): Promise<void> {
  for (const slot of await listUsedSlots(dir)) {
    if (slot === own.slot) continue;
    using lock = lockSlot(dir, slot);
    if (!lock) continue;
    try {
      await finishSlot(dir, lock, options);
    } catch (error) {
      options.log.warn({ err: error, slot }, 'training_log_abandoned_segment_left');
    }
  }
}

async function finishSlot(dir: string, lock: WriterLock, options: TrainingLogOptions): Promise<void> {
  await using resources = new AsyncDisposableStack();
  const writers = openWriters(dir, lock, options);
  resources.defer(() => closeWriters(writers));
  await recoverAll(writers, options.log);
  for (const name of logNames) await writers[name].segment.finish();
}

async function closeWriters(writers: Writers): Promise<void> {
  for (const name of logNames) {
    await writers[name].batcher.drain();
    await writers[name].segment.close();
  }
}
