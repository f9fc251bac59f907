import { readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { errorCode } from '../errors.ts';
import { ConfigError } from './read-env.ts';

const repository = resolve(import.meta.dirname, '../../..');

/**
 * Makes every app of the repository see the same `.env` and the same relative paths, whichever folder the package
 * manager started it in; then reads `.env`, whose variables give way to the real environment.
 */
export function prepareEnvironment(): void {
  if (!relative(repository, process.cwd()).startsWith('..')) process.chdir(repository);
  for (const [name, value] of Object.entries(parseEnv(readDotEnv()))) process.env[name] ??= value;
}

function readDotEnv(): string {
  try {
    return readFileSync('.env', 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw new ConfigError(`${resolve('.env')} cannot be read (${errorCode(error)}).`, { cause: error });
  }
}
