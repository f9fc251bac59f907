import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { prepareEnvironment } from './dot-env.ts';

const repository = resolve(import.meta.dirname, '../../..');

function restoreAfterwards(): void {
  const [cwd, env] = [process.cwd(), { ...process.env }];
  onTestFinished(() => {
    process.chdir(cwd);
    for (const name of Object.keys(process.env)) if (!(name in env)) delete process.env[name];
  });
}

/** The variables that a .env of this content adds. */
async function read(content: string | Buffer): Promise<Record<string, string | undefined>> {
  restoreAfterwards();
  const directory = await mkdtemp(join(tmpdir(), 'env-'));
  await writeFile(join(directory, '.env'), content);
  process.chdir(directory);
  const before = { ...process.env };
  try {
    prepareEnvironment();
    expect(process.cwd()).toBe(directory);
    return Object.fromEntries(Object.entries(process.env).filter(([name]) => !(name in before)));
  } finally {
    process.chdir(repository);
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  }
}

const placeholder = '$' + '{USER}';

test.each<[string, Record<string, string>]>([
  ['# all\n\nexport PORTX = 7 # seven\nTRIAL=expected', { PORTX: '7', TRIAL: 'expected' }],
  ['  A1=1\n\t# indented\n   \nB.b-c_1=2', { A1: '1', 'B.b-c_1': '2' }],
  ['A1=\nB1= # nothing\nC1=#nothing', { A1: '', B1: '', C1: '' }],
  ['A1=x #y #z\nB1=x # a#b', { A1: 'x', B1: 'x' }],
  [`A1='${placeholder}#'\nB1=x # ${placeholder}`, { A1: `${placeholder}#`, B1: 'x' }],
  ['A1="x=y" # why\nB1=\'x\'#why\nC1=`x`\nD1="x"  ', { A1: 'x=y', B1: 'x', C1: 'x', D1: 'x' }],
  ['A1="one\n# two\nthree=3"\nB1=\'\nx\'\nC1=3', { A1: 'one\n# two\nthree=3', B1: '\nx', C1: '3' }],
  ['A1=x"y"\nB1=$C\nC1=a=b', { A1: 'x"y"', B1: '$C', C1: 'a=b' }],
  ['A1=""\nB1=\'\'', { A1: '', B1: '' }],
  ['A1=1\r\nB1="x\r\ny"\rC1=3', { A1: '1', B1: 'x\ny', C1: '3' }],
  ['', {}],
])('a .env of %j is read as %j', async (content, expected) => {
  expect(await read(content)).toEqual(expected);
});

const text = 'A1=ü\r\nB1=2';
const utf16 = Buffer.from(`\ufeff${text}`, 'utf16le');

test.each([
  ['UTF-8', Buffer.from(text)],
  ['UTF-8 with its mark', Buffer.from(`\ufeff${text}`)],
  ['UTF-16', utf16],
  ['UTF-16 in the other byte order', Buffer.from(utf16).swap16()],
])('a .env is read in %s', async (_encoding, content) => {
  expect(await read(content)).toEqual({ A1: 'ü', B1: '2' });
});

const neither = 'this is neither NAME=value nor a comment; correct it, or put # before it.';
const hash = 'has a "#" in it, where it would end; put the value in quotation marks.';
const beyond = 'goes on after its quotation marks; put all of it within them.';
const unfilled = (what: string) =>
  `holds ${what}, which nothing replaces; write the value itself, or put it in single quotation marks if it is meant so.`;

test.each([
  ['A1=1\nnonsense', 2, neither],
  ['PORT: 8080', 1, neither],
  ['=x', 1, neither],
  ['A B=1', 1, neither],
  ['export=x y\nexportA=1\nexport A', 3, neither],
  ['A1="x\ny"\nnonsense', 3, neither],
  ['A1=a#b', 1, `the value of A1 ${hash}`],
  ['A1=a#b #c', 1, `the value of A1 ${hash}`],
  ['\n\nA1=a##', 3, `the value of A1 ${hash}`],
  [`A1=x${placeholder}y`, 1, `the value of A1 ${unfilled(placeholder)}`],
  ['A1=x$' + '{B y', 1, `the value of A1 ${unfilled('$' + '{B y')}`],
  [`A1="${placeholder}"`, 1, `the value of A1 ${unfilled(placeholder)}`],
  [`A1=\`x${placeholder}\``, 1, `the value of A1 ${unfilled(placeholder)}`],
  [`A1=1\nA2="x\n${placeholder}"`, 2, `the value of A2 ${unfilled(placeholder)}`],
  ['A1="x\nB=y', 1, 'the quotation mark after A1= is never closed; close it.'],
  ['A1=1\nA2=\'x"', 2, 'the quotation mark after A2= is never closed; close it.'],
  ['A1="x"y', 1, `the value of A1 ${beyond}`],
  ["A1='a' 'b'", 1, `the value of A1 ${beyond}`],
  ['A1="a\nb" c', 1, `the value of A1 ${beyond}`],
])('a .env of %j is refused for line %i', async (content, line, fault) => {
  await expect(read(content)).rejects.toMatchObject({
    name: 'ConfigError',
    message: expect.stringMatching(new RegExp(`^/.+/\\.env, line ${line}: `, 'u')),
  });
  await expect(read(content)).rejects.toThrow(`.env, line ${line}: ${fault}`);
});

test.each([
  ['UTF-16 without its mark', utf16.subarray(2)],
  ['Latin-1', Buffer.from('A1=caf\xe9', 'latin1')],
  ['bytes with a NUL', Buffer.from('A1=a\0b')],
])('a .env in %s is refused', async (_encoding, content) => {
  const message = expect.stringMatching(/^\/.+\/\.env is no text in UTF-8 or UTF-16; save it as UTF-8\.$/u);
  await expect(read(content)).rejects.toMatchObject({ name: 'ConfigError', message });
});

test('no .env adds nothing, and one that cannot be read is refused with the reason', async () => {
  restoreAfterwards();
  const directory = await mkdtemp(join(tmpdir(), 'env-'));
  process.chdir(directory);
  prepareEnvironment();
  await mkdir('.env');
  expect(prepareEnvironment).toThrow(
    expect.objectContaining({
      ...{ name: 'ConfigError', message: `${directory}/.env cannot be read (EISDIR).` },
      cause: expect.objectContaining({ code: 'EISDIR' }),
    }),
  );
});

test('the real environment is preferred, also where it is empty', async () => {
  restoreAfterwards();
  Object.assign(process.env, { A1: 'real', B1: '' });
  expect(await read('A1=1\nB1=2\nC1=3')).toEqual({ C1: '3' });
  expect([process.env['A1'], process.env['B1']]).toEqual(['real', '']);
});

test('an app that a package manager starts in its own folder works in the root of the repository', async () => {
  restoreAfterwards();
  for (const folder of ['packages/service/config', '.']) {
    process.chdir(join(repository, folder));
    prepareEnvironment();
    expect(process.cwd()).toBe(repository);
  }
});
