import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

/** The files that git tracks and that exist, or those of them that match. */
export function trackedFiles(pattern = /(?:)/u): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  });
  const removed = new Set(execFileSync('git', ['ls-files', '--deleted'], { encoding: 'utf8' }).split('\n'));
  return listed.split('\n').filter((file) => file !== '' && !removed.has(file) && pattern.test(file));
}

/** TypeScript sources by path. */
export async function readSources(): Promise<Map<string, string>> {
  const files = trackedFiles(/\.tsx?$/u);
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')] as const)));
}

/** Tests, and what only tests, benchmarks and end-to-end suites import. */
export const isTestCode = (file: string) =>
  /\.test\.|\/(?:testing|fixtures)\/|^packages\/testing\/|^@learning-loop\/testing\//u.test(file);

/** What runs in production. Migrations and generated files are written once and never changed. */
export const isProduct = (file: string) =>
  /^(?:apps|packages)\//u.test(file) &&
  !isTestCode(file) &&
  !/\.d\.ts$|^packages\/client\/api[./]|^packages\/db\/migrations\//u.test(file);

export const isMain = (url: string) => url === pathToFileURL(process.argv[1] ?? '').href;

/** Prints the faults; the process then ends with 1 where there are any. */
export function report(check: string, faults: string[]): void {
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${check}: ${faults.length === 0 ? 'ok' : `${faults.length} faults`}\n`);
  if (faults.length > 0) process.exitCode = 1;
}
