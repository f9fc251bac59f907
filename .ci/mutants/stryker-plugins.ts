import { appendFileSync } from 'node:fs';
import { env } from 'node:process';
import type { MutantResult } from '@stryker-mutator/api/core';
import { declareClassPlugin, declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import type { MutationTestingPlanReadyEvent, Reporter } from '@stryker-mutator/api/report';
import { type MutantRunOptions, MutantRunStatus, type TestRunner } from '@stryker-mutator/api/test-runner';
import { strykerPlugins as vitestPlugins } from '@stryker-mutator/vitest-runner';

const noTime = 'no time was left';

/** Writes each mutant's fate as a line. */
class LinesReporter implements Reporter {
  onMutationTestingPlanReady({ mutantPlans }: MutationTestingPlanReadyEvent): void {
    write({ planned: mutantPlans.length });
  }

  onMutantTested({ fileName, location, mutatorName, replacement, ...result }: Readonly<MutantResult>): void {
    const status = result.statusReason === noTime ? 'Untried' : result.status;
    write({ file: fileName, location, mutator: mutatorName, replacement, status });
  }
}

const write = (line: object) => appendFileSync(env['MUTANT_LINES'] ?? '', `${JSON.stringify(line)}\n`);

const vitest = vitestPlugins[0];
if (vitest === undefined) throw new Error('the vitest runner has no plugin');

/** When no time is left, the remaining mutants are not tried. A killed run would leave its servers behind. */
function createTimedRunner(...[injector]: Parameters<typeof vitest.factory>): TestRunner {
  const runner = vitest.factory(injector);
  const until = Number(env['MUTANT_UNTIL']);
  const mutantRun = runner.mutantRun.bind(runner);
  runner.mutantRun = async (options: MutantRunOptions) =>
    Date.now() < until ? mutantRun(options) : { status: MutantRunStatus.Error, errorMessage: noTime };
  return runner;
}
createTimedRunner.inject = vitest.factory.inject;

export const strykerPlugins = [
  declareClassPlugin(PluginKind.Reporter, 'lines', LinesReporter),
  declareFactoryPlugin(PluginKind.TestRunner, 'timed-vitest', createTimedRunner),
];
