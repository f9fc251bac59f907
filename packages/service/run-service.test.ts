import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

const program = join(import.meta.dirname, 'fixtures/service.ts');
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'service-'));
  return () => rm(directory, { recursive: true });
});

describe('a configuration at fault', () => {
  it('is reported in one sentence for each variable, and nothing else', async () => {
    const { code, stdout, stderr } = await run({ PORT: 'abc', LINES: '1.5' });
    expect(stderr).toBe(
      'LINES is "1.5"; it must be an integer.\nPORT is "abc"; it must be an integer from 0 to 65535.\n',
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('may be a log directory that is a file', async () => {
    await writeFile(join(directory, 'file'), '');
    const { code, stderr } = await run({ LOG_DIR: 'file' });
    expect(stderr).toBe(
      'The log file/app.log cannot be written (ENOTDIR); set LOG_DIR to a directory that can.\n',
    );
    expect(code).toBe(1);
  });

  it('may be a log that is a pipe, which nobody reads', async () => {
    await promisify(execFile)('mkfifo', [join(directory, 'app.log')]);
    const { code, stderr } = await run({ LOG_DIR: '.' });
    expect(stderr).toBe('The log app.log cannot be written (ENXIO); set LOG_DIR to a directory that can.\n');
    expect(code).toBe(1);
  });

  it('may be a .env that is a directory', async () => {
    await mkdir(join(directory, '.env'));
    const { code, stderr } = await run({});
    expect(stderr).toMatch(/^\/.*\/\.env cannot be read \(EISDIR\)\.\n$/);
    expect(code).toBe(1);
  });
});

describe('a start that fails', () => {
  it('as expected says only its sentence, and closes what was opened', async () => {
    const { code, stdout, stderr } = await run({ TRIAL: 'expected' });
    expect(stderr).toBe('The moon is not full.\n');
    expect(closed(stdout)).toEqual(['second', 'first']);
    expect(code).toBe(1);
  });

  it('unexpectedly logs the stack, and closes what was opened', async () => {
    const { code, stdout } = await run({ TRIAL: 'unexpected' });
    const [fatal] = lines(stdout).filter(({ level }) => level === 'fatal');
    expect(fatal?.err?.stack).toMatch(/TypeError: that is a bug\n\s+at start/);
    expect(closed(stdout)).toEqual(['second', 'first']);
    expect(code).toBe(1);
  });
});

describe.each(['fails later', 'throws later'])('a service that %s', (trial) => {
  it('logs that once, shuts down in order and exits with 1', async () => {
    const { code, stdout } = await run({ TRIAL: trial });
    expect(lines(stdout).filter(({ level }) => level === 'fatal')).toHaveLength(1);
    expect(closed(stdout)).toEqual(['second', 'first']);
    expect(code).toBe(1);
  });
});

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  it('closes in reverse order and loses no log line', async () => {
    const service = launch({ LINES: '5000', LOG_DIR: 'logs' });
    const stdout = text(service.stdout);
    await untilLogged('started');
    service.kill(signal);
    service.kill(signal);
    expect(await exitCode(service)).toBe(0);
    const file = await readFile(join(directory, 'logs/app.log'), 'utf8');
    expect(file).toBe(await stdout);
    expect(lines(file).filter(({ msg }) => msg === 'counted')).toHaveLength(5_000);
    expect(closed(file)).toEqual(['second', 'first']);
    expect(lines(file).at(-1)).toMatchObject({ service: 'trial', msg: 'stopped' });
  });
});

it('a second signal, later, ends at once what does not close', async () => {
  const service = launch({ TRIAL: 'hangs', LOG_DIR: 'logs' });
  await untilLogged('started');
  const exit = exitCode(service);
  service.kill('SIGINT');
  await untilLogged('stopping');
  const impatient = setInterval(() => service.kill('SIGINT'), 100);
  expect(await exit).toBe(1);
  clearInterval(impatient);
});

it('stops in order when the package manager that started it dies without a word', async () => {
  // npx ends of SIGTERM; the shell between, which would have to pass it on, does not.
  await writeFile(join(directory, 'npx'), `${process.execPath} ${program}; true\n`);
  const env = { PATH: process.env['PATH'], LOG_DIR: 'logs' };
  const npx = spawn('sh', ['npx'], { cwd: directory, env, stdio: 'ignore', argv0: 'npx' });
  await untilLogged('started');
  npx.kill('SIGKILL');
  await untilLogged('stopped');
  expect(closed(await readFile(join(directory, 'logs/app.log'), 'utf8'))).toEqual(['second', 'first']);
});

it('reads .env, to which the real environment is preferred', async () => {
  await writeFile(join(directory, '.env'), 'PORT=7\nTRIAL="expected"\n');
  expect((await run({})).stderr).toBe('The moon is not full.\n');
  const { stdout } = await run({ TRIAL: 'fails later' });
  expect(lines(stdout).find(({ msg }) => msg === 'started')).toMatchObject({ port: 7 });
});

const placeholder = '$' + '{USER}';
const settings = 'PORT=7\nTRIAL="expected"\n';
const utf16 = Buffer.from(`\ufeff${settings.replaceAll('\n', '\r\n')}`, 'utf16le');

it.each([
  ['a byte order mark and carriage returns', Buffer.from(`\ufeff${settings.replaceAll('\n', '\r\n')}`)],
  ['UTF-16', utf16],
  ['UTF-16 in the other byte order', Buffer.from(utf16).swap16()],
])('reads a .env with %s', async (_what, content) => {
  await writeFile(join(directory, '.env'), content);
  expect((await run({})).stderr).toBe('The moon is not full.\n');
});

it.each([
  ['UTF-16 without its mark', utf16.subarray(2), /\.env is no text in UTF-8 or UTF-16; save it as UTF-8\.$/],
  ['Latin-1', Buffer.from('A=caf\xe9', 'latin1'), /\.env is no text in UTF-8/],
  [
    'a placeholder',
    `PORT=1\nA=x${placeholder}y`,
    /line 2: the value of A holds \$\{USER\}, which nothing replaces; .+\.$/,
  ],
  ['a placeholder in quotation marks', `A="${placeholder}"`, /line 1: the value of A holds \$\{USER\}/],
  ['an unquoted #', 'A=pa#ss', /line 1: the value of A has a "#" in it, where it would end; .+\.$/],
  ['a line of YAML', '\nPORT: 8080', /line 2: this is neither NAME=value nor a comment; .+\.$/],
  ['an open quotation mark', 'A="x\nB=y', /line 1: the quotation mark after A= is never closed; close it\.$/],
  [
    'more than its quotation marks hold',
    'A="x"y',
    /line 1: the value of A goes on after its quotation marks; .+\.$/,
  ],
])('refuses a .env with %s in one sentence', async (_what, content, sentence) => {
  await writeFile(join(directory, '.env'), content);
  const { stderr, code } = await run({});
  expect({ code, lines: stderr.trimEnd().split('\n') }).toEqual({
    code: 1,
    lines: [expect.stringMatching(sentence)],
  });
});

it('reads a .env with comments, values of several lines, and placeholders that are meant so', async () => {
  const lines = [
    '# all',
    '',
    'export PORT = 7 # seven',
    `A='${placeholder}#'`,
    'B="one',
    '# two"',
    'TRIAL=expected',
  ];
  await writeFile(join(directory, '.env'), lines.join('\n'));
  expect((await run({})).stderr).toBe('The moon is not full.\n');
});

interface Line {
  level: string;
  msg: string;
  name?: string;
  err?: { stack: string };
}

function launch(env: NodeJS.ProcessEnv) {
  const service = spawn(process.execPath, [program], {
    cwd: directory,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void service.kill('SIGKILL'));
  return service;
}

async function run(env: NodeJS.ProcessEnv) {
  const service = launch(env);
  const [stdout, stderr, code] = await Promise.all([
    text(service.stdout),
    text(service.stderr),
    exitCode(service),
  ]);
  return { stdout, stderr, code };
}

async function exitCode(service: ChildProcess): Promise<unknown> {
  const [code] = await once(service, 'close');
  return code;
}

async function untilLogged(message: string): Promise<void> {
  const log = () => readFile(join(directory, 'logs/app.log'), 'utf8').catch(() => '');
  await expect.poll(log, { timeout: 20_000 }).toContain(`"msg":"${message}"`);
}

function lines(output: string): Line[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function closed(output: string): (string | undefined)[] {
  return lines(output)
    .filter(({ msg }) => msg === 'closed')
    .map(({ name }) => name);
}
