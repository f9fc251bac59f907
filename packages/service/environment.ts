import { relative, resolve } from 'node:path';
import { ConfigError } from './config.ts';
import { errorCode } from './start-error.ts';

const repository = resolve(import.meta.dirname, '../..');

/**
 * Makes every app of the repository see the same `.env` and the same relative paths, whichever folder the package
 * manager started it in; then reads `.env`, whose variables give way to the real environment.
 */
export function prepareEnvironment(): void {
  if (!relative(repository, process.cwd()).startsWith('..')) process.chdir(repository);
  try {
    process.loadEnvFile();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw new ConfigError(`${resolve('.env')} cannot be read (${errorCode(error)}).`, { cause: error });
  }
}
