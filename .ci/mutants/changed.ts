import { execFileSync } from 'node:child_process';

const git = (...args: string[]) =>
  execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();

/** Commits to look at where there is no branch to speak of. */
const lastCommits = 10;

/**
 * The lines of each file, as `file:first-last`, that this branch added or changed since it left `base`. On the base
 * itself, or without one, these are the lines of the last ten commits.
 */
export function listChangedLines(base: string): string[] {
  const fork =
    findFork(base) ??
    git('rev-list', `--max-count=${lastCommits + 1}`, 'HEAD')
      .split('\n')
      .at(-1) ??
    'HEAD';
  return parseDiff(git('diff', '--unified=0', '--no-color', '--no-prefix', fork, '--', '*.ts'));
}

function findFork(base: string): string | undefined {
  try {
    const fork = git('merge-base', base, 'HEAD');
    return fork === git('rev-parse', 'HEAD') ? undefined : fork;
  } catch {
    return undefined;
  }
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
