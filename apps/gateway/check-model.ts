import { checkModel, type ModelCheck } from '@learning-loop/llm/check/check-model';
import { llmConfig, llmEnv } from '@learning-loop/llm/config';
import { prepareEnvironment } from '@learning-loop/service/config/dot-env';
import { readEnv } from '@learning-loop/service/config/read-env';
import { StartError } from '@learning-loop/service/errors';
import { runCommand } from '@learning-loop/service/run-command';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Type } from 'typebox';

const names = { propose: 'Proposals', persona: 'Persona', rerank: 'Reranking (LLM_RERANK)' };
const advice = {
  propose: 'a larger model, or more time in LLM_TIMEOUT_MS',
  persona: 'a larger model for the persona worker, or SLM_IMPL=rules there',
  rerank: 'LLM_RERANK=false',
};

await runCommand(async () => {
  prepareEnvironment();
  const config = llmConfig(readEnv(Type.Object(llmEnv), process.env));
  if (config.impl === 'rules')
    throw new StartError('No model is configured; set SLM_IMPL and the variables that it needs.');
  process.stdout.write(`${config.impl}/${config.model} at ${config.baseUrl}\n`);
  const check = await checkModel(config, pino({ level: 'silent' }), new Registry());
  if (check.fault !== null) throw new StartError(check.fault);
  process.stdout.write(toText(check));
  if (check.reports.some(({ operation, earned }) => operation === 'propose' && !earned)) process.exitCode = 1;
});

function toText({ reports, tokensPerSecond }: ModelCheck): string {
  const lines = reports.flatMap(({ operation, earned, found, ms }) => {
    const times = ms.toSorted((a, b) => a - b);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
    return [
      `${names[operation]}: ${earned ? 'good enough' : 'not good enough'}`,
      ...found.map((line) => `  ${line}`),
      `  half of the calls took ${at(0.5)} ms, the slowest ${times.at(-1) ?? 0} ms`,
      ...(earned ? [] : [`  what may help: ${advice[operation]}`]),
    ];
  });
  const speed =
    tokensPerSecond === null ? [] : [`${tokensPerSecond.toFixed(1)} tokens a second in proposals`];
  return `${[...lines, ...speed].join('\n')}\n`;
}
