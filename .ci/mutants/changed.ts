import { execFileSync } from 'node:child_process';

const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();

/**
 * The lines of each file, as `file:first-last`, that this branch added or changed since it left `base`. On the base
 * itself these are the lines of its last commit.
 */
export function listChangedLines(base: string): string[] {
  const fork = git('merge-base', base, 'HEAD');
  const from = fork === git('rev-parse', 'HEAD') ? 'HEAD~1' : fork;
  return parseDiff(git('diff', '--unified=0', '--no-color', '--no-prefix', from, '--', '*.ts'));
}

export function parseDiff(diff: string): string[] {
  const ranges: string[] = [];
  let file = '';
  for (const line of diff.split('\n')) {
    const header = /^\+\+\+ (?<name>.+)$/u.exec(line);
    if (header !== null) file = header.groups?.['name'] ?? '';
    const hunk = /^@@ -\S+ \+(?<first>\d+)(?:,(?<count>\d+))? @@/u.exec(line);
    if (hunk === null) continue;
    const [first, count] = [Number(hunk.groups?.['first']), Number(hunk.groups?.['count'] ?? 1)];
    if (count > 0 && file !== '/dev/null') ranges.push(`${file}:${first}-${first + count - 1}`);
  }
  return ranges;
}
