import { execFileSync } from 'node:child_process';

/** They ask for no more than to be named; MPL and Artistic ask for changed files, and we change none. */
const allowed = new Set([
  '(MIT OR CC0-1.0)',
  '0BSD',
  'Apache-2.0',
  'Artistic-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC-BY-3.0',
  'CC-BY-4.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT OR Apache-2.0',
  'MIT-0',
  'MPL-2.0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
  'WTFPL',
]);

type Listed = Record<string, { name: string }[]>;

const output = execFileSync('pnpm', ['licenses', 'list', '--recursive', '--json'], {
  maxBuffer: 64 * 1024 * 1024,
});
const byLicence: Listed = JSON.parse(output.toString());
const names = (packages: { name: string }[]) => packages.map(({ name }) => name).join(', ');
const others = Object.entries(byLicence).filter(([licence]) => !allowed.has(licence));
for (const [licence, packages] of others) process.stderr.write(`${licence}: ${names(packages)}\n`);
const count = Object.values(byLicence).flat().length;
process.stdout.write(`${count} packages, ${others.length} licences that are not allowed\n`);
process.exitCode = count > 0 && others.length === 0 ? 0 : 1;
