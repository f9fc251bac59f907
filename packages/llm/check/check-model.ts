import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import { connectClient } from '../client/openai.ts';
import type { ModelConfig } from '../config.ts';
import { connectLlm } from '../model.ts';
import { proposePrompt } from '../prompts/propose.ts';
import { explainError } from './explain-error.ts';
import { type ProbeReport, probeAll } from './probes.ts';

export interface ModelCheck {
  /** In one sentence what is wrong with the server; null if it answers. Then nothing was probed. */
  fault: string | null;
  reports: ProbeReport[];
  /** Of proposals, as the server or the length of the answers tells; null where none was counted. */
  tokensPerSecond: number | null;
}

/** Asks a model the built-in questions of each operation; takes as long as some hundred calls. */
export async function checkModel(config: ModelConfig, log: Logger, registry: Registry): Promise<ModelCheck> {
  const fault = await findFault(config);
  if (fault !== null) return { fault, reports: [], tokensPerSecond: null };
  await using llm = connectLlm(config, log, registry);
  const reports = await probeAll(llm);
  return { fault, reports, tokensPerSecond: await measureSpeed(registry) };
}

/** A first call may load the model: it gets the time of the background. */
async function findFault(config: ModelConfig): Promise<string | null> {
  const request = {
    ...{ tenant_id: 'check-model', text: 'plan a trip to the sea', history: [] },
    context: {
      persona_facets: { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 },
      ...{ interaction_count: 0, recent_goals: [], preferences: [] },
    },
  };
  const timeoutMs = config.backgroundTimeoutMs;
  const attempt = { signal: AbortSignal.timeout(timeoutMs), deadline: performance.now() + timeoutMs };
  return connectClient(config)
    .ask(proposePrompt, request, attempt)
    .then(
      () => null,
      (error: unknown) => explainError(error, { ...config, timeoutMs }),
    );
}

async function measureSpeed(registry: Registry): Promise<number | null> {
  const sum = async (name: string, suffix: string, labels: Record<string, string>) => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    return values
      .filter(
        (one) =>
          (!('metricName' in one) || one.metricName === `${name}${suffix}`) &&
          Object.entries(labels).every(([label, value]) =>
            Object.entries(one.labels).some(([key, is]) => key === label && is === value),
          ),
      )
      .reduce((total, { value }) => total + value, 0);
  };
  const seconds = await sum('llm_call_seconds', '_sum', { operation: 'propose' });
  const tokens = await sum('llm_tokens_total', '', { operation: 'propose', kind: 'completion' });
  return seconds > 0 && tokens > 0 ? tokens / seconds : null;
}
