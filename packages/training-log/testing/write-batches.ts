import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stdout } from 'node:process';
import { errorCode } from '@learning-loop/service/errors';
import { openTrainingLog } from '../open.ts';
import { readTrainingLog } from '../read.ts';
import type { Log } from '../training-log.ts';
import { numbered } from './records.ts';

/**
 * A writer process: `node write-batches.ts <dir> <prefix> <batches>`. Appends batches of 20, tries each again until it
 * is acknowledged, and tells on standard output, one JSON a line, what happened and at the end what readers find.
 * After the third refusal it removes `<dir>/ballast`, so that a full disk has space again.
 */
const [dir = '', prefix = '', batches = '1'] = process.argv.slice(2);
const messages: string[] = [];
const remember = (_fields: object, message: string) => void messages.push(message);
const log: Log = { info: remember, warn: remember, error: remember };
const say = (line: object) => stdout.write(`${JSON.stringify(line)}\n`);

let refused = 0;
await using training = await openTrainingLog(dir, { log });
for (let batch = 0; batch < Number(batches); batch++) {
  while (!(await acknowledged(batch))) if (++refused === 3) await rm(join(dir, 'ballast'), { force: true });
  say({ acknowledged: (batch + 1) * 20 });
}
say({ refused, messages, ...(await findings()) });

async function acknowledged(batch: number): Promise<boolean> {
  try {
    await training.append('hypotheses_data', numbered(prefix, 20, batch * 20));
    return true;
  } catch (error) {
    say({ code: errorCode(error) });
    return false;
  }
}

async function findings(): Promise<object> {
  const reader = readTrainingLog(dir, 'hypotheses_data');
  let records = 0;
  for await (const _ of reader) records++;
  return { records, ...reader.skipped };
}
