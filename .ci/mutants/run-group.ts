import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { MutantGroup } from './critical.ts';
import { equivalentMutants } from './equivalent.ts';
import { collapse, type MutantFate, markEquivalents } from './fate.ts';

export interface GroupResult {
  group: MutantGroup;
  fates: MutantFate[];
  /** How many there were; more than `fates` if time ran out. */
  planned: number;
}

/** Mutates these files or ranges in the workspace, until it is done or the time, in milliseconds since 1970, is over. */
export async function runGroup(
  group: MutantGroup,
  mutate: string[],
  workspace: string,
  until: number,
): Promise<GroupResult> {
  const lines = join(workspace, 'mutants.jsonl');
  await rm(lines, { force: true });
  await mkdir(join(workspace, 'tmp'), { recursive: true });
  const sources = await readSources(mutate, workspace);
  await writeFile(join(workspace, 'stryker.config.json'), JSON.stringify(toOptions(group, mutate)));
  const env = {
    ...process.env,
    MUTANT_LINES: lines,
    MUTANT_TESTS: JSON.stringify(group.tests),
    MUTANT_SERVERS: String(group.servers),
    MUTANT_UNTIL: String(until),
    // The set-up of the servers has a temporary directory of its own; other leftovers go with the workspace.
    ...(group.servers ? {} : { TMPDIR: join(workspace, 'tmp') }),
  };
  const stryker = join(workspace, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const child = spawn(process.execPath, [stryker, 'run'], {
    cwd: workspace,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code]: (number | null)[] = await once(child, 'close');
  if (code !== 0) throw new Error(`${group.name}: the mutation run failed\n${output.slice(-4000)}`);
  const { planned, fates } = await readLines(lines, workspace, sources);
  return { group, planned, fates: markEquivalents(fates, equivalentMutants) };
}

const toOptions = ({ servers, leftOut = [] }: MutantGroup, mutate: string[]) => ({
  testRunner: 'timed-vitest',
  plugins: ['@stryker-mutator/vitest-runner', './.ci/mutants/stryker-plugins.ts'],
  reporters: ['lines'],
  // TypeScript 7 has no API that the tool could read a configuration with.
  tsconfigFile: 'none.json',
  inPlace: true,
  coverageAnalysis: 'perTest',
  vitest: {
    configFile: '.ci/mutants/vitest.config.ts',
    related: true,
    // A thread starts in less time than a process, which code that has servers or directories of its own needs.
    pool: servers ? 'forks' : 'threads',
  },
  mutate,
  mutator: { excludedMutations: leftOut },
  // Besides three times what the tests took without a change.
  timeoutMS: 5000,
  timeoutFactor: 3,
  dryRunTimeoutMinutes: 10,
  allowEmpty: true,
  checkers: [],
});

/** A line that stryker-plugins.ts wrote. */
interface ReportedFate {
  file: string;
  mutator: string;
  replacement: string;
  status: MutantFate['status'];
  location: { start: Place; end: Place };
}

/** Both counted from 1. */
interface Place {
  line: number;
  column: number;
}

/** The lines of the files before they are changed, by path. */
async function readSources(mutate: string[], workspace: string): Promise<Map<string, string[]>> {
  const files = [...new Set(mutate.map((range) => range.replace(/:[\d-]+$/u, '')))];
  return new Map(
    await Promise.all(
      files.map(async (file) => [file, (await readFile(join(workspace, file), 'utf8')).split('\n')] as const),
    ),
  );
}

async function readLines(
  path: string,
  workspace: string,
  sources: Map<string, string[]>,
): Promise<{ fates: MutantFate[]; planned: number }> {
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).trim().split('\n') : [];
  const [first = '{"planned":0}', ...rest] = lines;
  const reported: ReportedFate[] = rest.map((line) => JSON.parse(line));
  return {
    planned: JSON.parse(first).planned,
    fates: reported.map((fate) => {
      const file = relative(workspace, fate.file);
      return toFate({ ...fate, file }, sources.get(file) ?? []);
    }),
  };
}

function toFate({ location: { start, end }, ...fate }: ReportedFate, lines: string[]): MutantFate {
  const part = lines.slice(start.line - 1, end.line);
  const last = (part.pop() ?? '').slice(0, end.column - 1);
  const original = [...part, last].join('\n').slice(start.column - 1);
  return {
    ...fate,
    line: start.line,
    text: (lines[start.line - 1] ?? '').trim(),
    original: collapse(original),
  };
}
