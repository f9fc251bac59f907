import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProcess } from '@learning-loop/service/shutdown';
import { expect, it } from 'vitest';

const parent = `
  import { spawn } from 'node:child_process';
  import { endWithProcess } from ${JSON.stringify(import.meta.resolve('./end-with-process.ts'))};
  const child = spawn('sleep', ['60'], { stdio: 'inherit', detached: true });
  endWithProcess(child, { group: process.argv[1] === 'group' });
  console.log(child.pid);
  if (process.argv[2] === 'throws') throw new Error('in a test');
`;

it.for([
  ['one', 'SIGTERM'],
  ['group', 'SIGTERM'],
  ['one', 'SIGINT'],
  ['one', 'throws'],
])('ends a process (%s) when the one that started it ends (%s)', async ([whole = '', how = '']) => {
  const starter = spawn(process.execPath, ['--input-type=module', '-e', parent, whole, how], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(starter.stdout, 'data');
  const pid = Number(line);
  // The output is open for as long as the child has it.
  const closed = once(starter, 'close');
  if (how === 'SIGTERM' || how === 'SIGINT') starter.kill(how);
  await closed;
  await expect.poll(() => findProcess(pid)).toBeUndefined();
});
