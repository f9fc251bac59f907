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
});

async function temporaryFile(content: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, 'value');
  await writeFile(file, content);
  return file;
}
