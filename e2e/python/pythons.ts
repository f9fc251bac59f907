import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const requirements = path.join(import.meta.dirname, '../../packages/client-python/requirements');
/** Ignored by git; a second run finds its environments there. */
const environments = path.join(import.meta.dirname, '../../test-output/python');

/** Minor versions of Python 3 that the package supports. */
const supported = [9, 10, 11, 12, 13];

export interface Python {
  /** Of Python 3. */
  minor: number;
  /** Such as 3.11.7. */
  version: string;
  program: string;
}

/** One of each supported version: of those on PATH, and of those that pyenv has. Oldest first. */
export async function findPythons(): Promise<Python[]> {
  const pyenv = path.join(process.env['PYENV_ROOT'] ?? path.join(homedir(), '.pyenv'), 'versions');
  const kept = await readdir(pyenv).catch(() => []);
  const programs = [
    ...supported.map((minor) => `python3.${minor}`),
    'python3',
    ...kept.map((version) => path.join(pyenv, version, 'bin/python')),
  ];
  const found = await Promise.all(programs.map(askVersion));
  return supported.flatMap((minor) => found.find((python) => python?.minor === minor) ?? []);
}

/** Undefined for what is no Python 3, or cannot make environments: Debian has venv in a package of its own. */
async function askVersion(program: string): Promise<Python | undefined> {
  const script = 'import ensurepip, sys, venv; print(*sys.version_info[:3], sep=".")';
  const answer = await run(program, ['-c', script]).catch(() => undefined);
  const version = answer?.stdout.trim() ?? '';
  const minor = /^3\.(?<minor>\d+)\./u.exec(version)?.groups?.['minor'];
  return minor === undefined ? undefined : { minor: Number(minor), version, program };
}

export interface Environment {
  python: Python;
  /** Runs a program of the environment, such as `pip`; resolves with what it printed. Throws with that, if it fails. */
  run(program: string, args: string[], options?: { cwd?: string; env?: NodeJS.ProcessEnv }): Promise<string>;
}

/** Makes a fresh environment in a directory, without packages. */
export async function makeEnvironment(python: Python, directory: string): Promise<Environment> {
  await runAndTell(python.program, ['-m', 'venv', directory]);
  return openEnvironment(python, directory);
}

/** An environment with the packages that `requirements/<name>.txt` names, kept from run to run. */
export async function keepEnvironment(python: Python, name: 'tests' | 'tools'): Promise<Environment> {
  const files = [`${name}.txt`, 'constraints.txt'].map((file) => path.join(requirements, file));
  const hash = createHash('sha256').update(python.program);
  for (const file of files) hash.update(await readFile(file));
  const directory = path.join(environments, `${python.version}-${name}-${hash.digest('hex').slice(0, 12)}`);
  const complete = path.join(directory, 'complete');
  if (existsSync(complete)) return openEnvironment(python, directory);
  await rm(directory, { recursive: true, force: true });
  await mkdir(environments, { recursive: true });
  const made = await makeEnvironment(python, directory);
  const [wanted = '', versions = ''] = files;
  await made.run('pip', ['install', '--quiet', '--requirement', wanted, '--constraint', versions]);
  await mkdir(complete);
  return made;
}

function openEnvironment(python: Python, directory: string): Environment {
  const bin = path.join(directory, process.platform === 'win32' ? 'Scripts' : 'bin');
  return {
    python,
    run(program, args, { cwd, env } = {}) {
      const quiet = { PIP_DISABLE_PIP_VERSION_CHECK: '1', PYTHONDONTWRITEBYTECODE: '1' };
      // Its own programs first: some call each other.
      const PATH = `${bin}${path.delimiter}${process.env['PATH']}`;
      return runAndTell(path.join(bin, program), args, {
        ...(cwd !== undefined && { cwd }),
        env: { ...process.env, PATH, ...quiet, ...env },
      });
    },
  };
}

/** Throws an Error with everything that the program printed. */
async function runAndTell(
  program: string,
  args: string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  try {
    const { stdout } = await run(program, args, { ...options, maxBuffer: 2 ** 26 });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${[path.basename(program), ...args].join(' ')} failed:\n${stdout}${stderr}`, {
      cause: error,
    });
  }
}
