import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Environment, makeEnvironment, type Python } from './pythons.ts';
import { type ServiceForPython, untilLearned } from './service.ts';

const repository = path.join(import.meta.dirname, '../..');
const client = path.join(repository, 'packages/client-python');
/** Below the client's folder. */
const sources = ['.', '../../examples/python', '../../e2e/python'];
const maxDoorSeconds = 60;

export interface Packed {
  wheel: string;
  /** What a user reads of it. */
  summary: string;
}

/** Formats, rules, and types of the sources; then sdist and wheel into `directory`, and what PyPI wants of them. */
export async function pack(tools: Environment, directory: string): Promise<Packed> {
  const python = ['--quiet', '--no-cache', '--config', 'pyproject.toml', ...sources];
  await tools.run('ruff', ['format', '--check', ...python], { cwd: client });
  await tools.run('ruff', ['check', ...python], { cwd: client });
  // Without isolation the build takes its backend from the environment, where versions are exact.
  await tools.run('python', ['-m', 'build', '--no-isolation', '--outdir', directory, client]);
  const files = (await readdir(directory)).sort();
  const paths = files.map((file) => path.join(directory, file));
  await tools.run('twine', ['check', '--strict', ...paths]);
  const wheel = paths.find((file) => file.endsWith('.whl'));
  if (wheel === undefined || files.length !== 2)
    throw new Error(`Built ${files}; wanted are wheel and sdist.`);
  const sizes = await Promise.all(paths.map(async (file) => (await stat(file)).size));
  return {
    wheel,
    summary: files.map((file, i) => `${file} ${Math.ceil((sizes[i] ?? 0) / 1_024)} KB`).join(', '),
  };
}

/** The tests and the type checker, with the wheel as its users install it. Resolves with what pytest counted. */
export async function test(
  environment: Environment,
  { wheel }: Packed,
  service: ServiceForPython,
): Promise<string> {
  const install = ['install', '--quiet', '--no-deps', '--force-reinstall', wheel];
  await environment.run('pip', install);
  await environment.run('mypy', ['--no-incremental', '--cache-dir', '/dev/null'], { cwd: client });
  const env = {
    LEARNING_LOOP_URL: service.url,
    LEARNING_LOOP_APP_KEY: service.appKey,
    LEARNING_LOOP_ADMIN_KEY: service.adminKey,
  };
  const said = await environment.run('python', ['-m', 'pytest'], { cwd: client, env });
  return said.trim().split('\n').at(-1) ?? '';
}

/**
 * The way of a newcomer, offline: from an empty directory outside of the repository, with the wheel and those of httpx, to
 * a selection that was learned. Resolves with the seconds; throws above 60.
 */
export async function openDoor(
  python: Python,
  { wheel }: Packed,
  service: ServiceForPython,
  wheels: string,
): Promise<number> {
  const directory = await mkdtemp(path.join(tmpdir(), 'door-'));
  await cp(wheel, path.join(wheels, path.basename(wheel)));
  const program = (await readFile(path.join(import.meta.dirname, 'door.py'), 'utf8'))
    .replace('URL', service.url)
    .replace('KEY', service.appKey)
    .replace('USER', `door-${python.version}-${Date.now()}`);
  const started = performance.now();
  const environment = await makeEnvironment(python, path.join(directory, '.venv'));
  const install = ['install', '--quiet', '--no-index', '--find-links', wheels, 'learning-loop'];
  await environment.run('pip', install, { cwd: directory });
  await writeFile(path.join(directory, 'door.py'), program);
  const said = await environment.run('python', ['door.py'], { cwd: directory });
  await untilLearned(service, said.split(' ')[0] ?? '');
  const seconds = (performance.now() - started) / 1_000;
  await rm(directory, { recursive: true, force: true });
  if (seconds > maxDoorSeconds)
    throw new Error(`${seconds.toFixed(1)} s; at most ${maxDoorSeconds} are fine.`);
  return seconds;
}

/** The wheels of httpx and of what it needs, for this Python. */
export async function downloadWheels(environment: Environment, directory: string): Promise<void> {
  const versions = path.join(client, 'requirements/constraints.txt');
  const from = ['--only-binary', ':all:', '--constraint', versions, '--dest', directory];
  await environment.run('pip', ['download', '--quiet', ...from, 'httpx']);
}

/** A client that a third-party generator makes from the service's own description makes a selection. */
export async function tryGenerated(
  tools: Environment,
  service: ServiceForPython,
  directory: string,
): Promise<void> {
  const generated = path.join(directory, 'generated');
  const from = ['--url', `${service.url}/docs/json`, '--meta', 'none', '--output-path', generated];
  await tools.run('openapi-python-client', ['generate', '--fail-on-warning', ...from]);
  const script = path.join(import.meta.dirname, 'generated_client.py');
  const args = [script, 'generated', service.url, service.adminKey];
  const said = await tools.run('python', args, { env: { PYTHONPATH: directory } });
  await untilLearned(service, said.split(' ')[0] ?? '');
}
