import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type } from 'typebox';
import { describe, expect, it, onTestFinished } from 'vitest';
import { infraEnv } from './infra-env.ts';
import { readEnv } from './read-env.ts';

const Env = Type.Object({
  URL: Type.String({ pattern: '^postgres://', description: 'a postgres:// URL' }),
  PORT: Type.Integer({ default: 8080, minimum: 0, maximum: 65_535 }),
  RATE_PER_KEY: Type.Integer({ default: 1 }),
  RATE: Type.Optional(Type.Number({ minimum: 0 })),
  COLLECT: Type.Boolean({ default: true }),
  ENGINE: Type.Union([Type.Literal('rules'), Type.Literal('openai')], { default: 'rules' }),
  API_KEY: Type.Optional(Type.String({ pattern: '^sk-', description: 'a key that begins with sk-' })),
});
const URL = 'postgres://db/loop';

describe('values', () => {
  it('have defaults, and what is empty or unknown counts as absent', () => {
    const expected = { URL, PORT: 8080, RATE_PER_KEY: 1, COLLECT: true, ENGINE: 'rules' };
    expect(readEnv(Env, { URL, PORT: '', RATE: '', API_KEY: '', OTHER: 'x' })).toEqual(expected);
  });

  it('are converted by the schema', () => {
    const expected = { URL, PORT: 0, RATE_PER_KEY: 1, RATE: 0.25, COLLECT: false, ENGINE: 'openai' };
    expect(readEnv(Env, { URL, PORT: '0', RATE: '.25', COLLECT: 'FALSE', ENGINE: 'openai' })).toEqual(
      expected,
    );
  });

  it.each([
    ['PORT', '80.5', 'PORT is "80.5"; it must be an integer from 0 to 65535.'],
    ['PORT', '65536', 'PORT is "65536"; it must be an integer from 0 to 65535.'],
    ['PORT', '0x50', 'PORT is "0x50"; it must be an integer from 0 to 65535.'],
    ['RATE', 'NaN', 'RATE is "NaN"; it must be a number of at least 0.'],
    ['RATE', '-1', 'RATE is "-1"; it must be a number of at least 0.'],
    ['RATE_PER_KEY', '1e+06', 'RATE_PER_KEY is "1e+06"; it must be an integer.'],
    ['COLLECT', 'yes', 'COLLECT is "yes"; it must be true or false.'],
    ['ENGINE', 'magic', 'ENGINE is "magic"; it must be one of rules, openai.'],
    ['API_KEY', 'hunter2', 'API_KEY is "…"; it must be a key that begins with sk-.'],
    ['URL', 'mysql://me:hunter2@db/x', 'URL is "mysql://…@db/x"; it must be a postgres:// URL.'],
  ])('%s=%s is refused', (name, value, message) => {
    expect(() => readEnv(Env, { URL, [name]: value })).toThrow(
      expect.objectContaining({ name: 'ConfigError', message }),
    );
  });

  it.each([
    [Type.Integer({ maximum: 5 }), '6', 'an integer of at most 5'],
    [Type.Integer({ minimum: 5 }), '4', 'an integer of at least 5'],
    [Type.Number({ minimum: 0, maximum: 1 }), '1.1', 'a number from 0 to 1'],
    [Type.Number(), 'x', 'a number'],
    [Type.String({ minLength: 3 }), 'ab', 'a text'],
    [Type.Literal('on'), 'off', 'on'],
  ])('are described by their schema: %j is not %s', (schema, value, description) => {
    expect(() => readEnv(Type.Object({ ONE: schema }), { ONE: value })).toThrow(
      expect.objectContaining({ message: `ONE is "${value}"; it must be ${description}.` }),
    );
    expect(() => readEnv(Type.Object({ ONE: schema }), {})).toThrow(
      `ONE is not set; it must be ${description}.`,
    );
  });

  it.each([
    ['PORT', '+12', 12],
    ['PORT', '00012', 12],
    ['RATE', '1e2', 100],
    ['COLLECT', 'True', true],
    ['COLLECT', '1', true],
    ['COLLECT', '0', false],
  ])('%s=%s is %s', (name, value, expected) => {
    expect(readEnv(Env, { URL, [name]: value })).toMatchObject({ [name]: expected });
  });

  it.each(['a12', '12a', '-', '1_000'])('PORT=%s is no integer', (PORT) => {
    expect(() => readEnv(Env, { URL, PORT })).toThrow(
      `PORT is "${PORT}"; it must be an integer from 0 to 65535.`,
    );
  });

  it('that are secrets are not shown, and numbers and choices are no secrets', () => {
    const Secrets = Type.Object({
      ...{ A_SECRET: Type.Literal('x'), B_TOKEN: Type.String({ pattern: '^x' }) },
      ...{ C_PASSWORD: Type.String({ pattern: '^x' }), D_KEY_NUMBER: Type.Number(), E_KEY: Type.Boolean() },
      F_TOKEN: Type.Union([Type.Literal('a'), Type.Literal('b')]),
    });
    const env = { A_SECRET: '1', B_TOKEN: '2', C_PASSWORD: '3', D_KEY_NUMBER: 'd', E_KEY: 'e', F_TOKEN: 'f' };
    expect(() => readEnv(Secrets, env)).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /^A_SECRET is "…".+\nB_TOKEN is "…".+\nC_PASSWORD is "…".+\nD_KEY_NUMBER is "d".+\nE_KEY is "e".+\nF_TOKEN is "f".+$/u,
        ),
      }),
    );
  });

  it('that are addresses are refused in the words of their grammar', () => {
    const addresses = { DATABASE_URL: 'postgres://host', REDIS_URL: 'redis://me:secret@host:x' };
    const message =
      'DATABASE_URL names no database; add it after the host, as in postgres://user:password@host:5432/database.\n' +
      'REDIS_URL has a port that is no number from 1 to 65535; write user:password@host:port, with special characters escaped.';
    expect(() => readEnv(Type.Object(infraEnv), addresses)).toThrow(expect.objectContaining({ message }));
  });

  it('lose the white space at their ends, as the carriage return of a file from Windows', () => {
    expect(readEnv(Env, { URL: `${URL}\r`, ENGINE: ' openai\r\n' })).toMatchObject({ URL, ENGINE: 'openai' });
  });

  it('are refused all at once', () => {
    const message =
      'URL is not set; it must be a postgres:// URL.\nPORT is "x"; it must be an integer from 0 to 65535.';
    expect(() => readEnv(Env, { PORT: 'x' })).toThrow(expect.objectContaining({ message }));
  });
});

describe('NAME_FILE', () => {
  it('is read when NAME is unset', async () => {
    const file = await temporaryFile(`${URL}\n`);
    expect(readEnv(Env, { URL_FILE: file }).URL).toBe(URL);
    expect(readEnv(Env, { URL: 'postgres://other', URL_FILE: file }).URL).toBe('postgres://other');
  });

  it('loses the white space at its ends, as the carriage return of a file from Windows', async () => {
    const file = await temporaryFile(` ${URL}\r\n`);
    expect(readEnv(Env, { URL_FILE: file }).URL).toBe(URL);
  });

  it('that cannot be read is the one fault of its variable', () => {
    const message = 'URL_FILE is "/nowhere/url"; it must be a file that can be read (ENOENT).';
    expect(() => readEnv(Env, { URL_FILE: '/nowhere/url' })).toThrow(expect.objectContaining({ message }));
  });

  it.each([
    ['an empty file', '', 'URL is not set; it must be a postgres:// URL.'],
    ['a file of blanks', ' \n', 'URL is not set; it must be a postgres:// URL.'],
  ])('that is %s counts as unset', async (_what, content, message) => {
    const file = await temporaryFile(content);
    expect(() => readEnv(Env, { URL_FILE: file })).toThrow(expect.objectContaining({ message }));
  });

  it('that is no text is refused', async () => {
    const file = await temporaryFile('a\0b');
    const message = `URL_FILE is "${file}"; it must be a text in UTF-8 or UTF-16.`;
    expect(() => readEnv(Env, { URL_FILE: file })).toThrow(expect.objectContaining({ message }));
  });
});

async function temporaryFile(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'value');
  await writeFile(file, content);
  return file;
}
