import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { Static, TObject } from 'typebox';
import { createBudget } from './budget.ts';
import { type Answer, connectClient } from './client.ts';
import type { ModelConfig } from './config.ts';
import { dataBlock } from './data-block.ts';
import { type BreakerState, createGuard } from './guard.ts';
import { llmMetrics } from './metrics.ts';
import { NotSent, outcomeOf } from './outcome.ts';
import { type Question, systemMessage } from './question.ts';

/** Asks one model, within its limits. */
interface Asker extends Disposable {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** The model's answer in time, paid by the tenant's budget; null where there is none. Never rejects. */
  ask<R, S extends TObject>(tenant: string, question: Question<R, S>, request: R): Promise<Static<S> | null>;
}

export function createAsker(config: ModelConfig, log: Logger, registry: Registry): Asker {
  const model = `${config.impl}/${config.model}`;
  const metrics = llmMetrics(registry);
  const client = connectClient(config);
  const budget = createBudget(config.tokensPerHour);
  metrics.breakers.inc({ model, state: 'closed' });
  const guard = createGuard(config, changed);
  const closing = new AbortController();
  let loading = false;
  load();

  /** Ollama gives up loading a model when the request that wanted it is aborted, as ours are in time: this one waits. */
  function load(): void {
    if (config.impl !== 'ollama' || loading) return;
    loading = true;
    client
      .load(closing.signal)
      .catch((error) => log.debug({ model, outcome: outcomeOf(error) }, 'llm_not_loaded'))
      .finally(() => {
        loading = false;
      });
  }

  function changed(from: BreakerState, to: BreakerState, reason: string): void {
    metrics.breakers.dec({ model, state: from });
    metrics.breakers.inc({ model, state: to });
    if (from === 'closed') log.warn({ model, reason }, 'llm_breaker_opened');
    if (to === 'open') load();
    if (to === 'closed') log.info({ model }, 'llm_breaker_closed');
  }

  /** The guarded answer; what was not sent costs nothing. */
  async function paid<R, S extends TObject>(tenant: string, question: Question<R, S>, request: R) {
    const reservation = budget.reserve(tenant, estimate(question, request));
    if (reservation === null) throw new NotSent('over_budget');
    let sent = false;
    try {
      const answer: Answer<Static<S>> = await guard.run((signal) => {
        sent = true;
        return client.ask(question, request, signal);
      });
      if (answer.tokens) reservation.settle(answer.tokens.prompt + answer.tokens.completion);
      return answer;
    } finally {
      if (!sent) reservation.settle(0);
    }
  }

  return {
    model,
    async ask(tenant, question, request) {
      const labels = { model, operation: question.operation };
      const stop = metrics.seconds.startTimer(labels);
      try {
        const { value, tokens } = await paid(tenant, question, request);
        metrics.calls.inc({ ...labels, outcome: 'ok' });
        metrics.tokens.inc({ ...labels, kind: 'prompt' }, tokens?.prompt ?? 0);
        metrics.tokens.inc({ ...labels, kind: 'completion' }, tokens?.completion ?? 0);
        return value;
      } catch (error) {
        const outcome = outcomeOf(error);
        metrics.calls.inc({ ...labels, outcome });
        log.debug({ ...labels, outcome }, 'llm_fell_back');
        return null;
      } finally {
        stop();
      }
    },
    [Symbol.dispose]() {
      closing.abort();
      guard[Symbol.dispose]();
    },
  };
}

/** Tokens that a call may take: about four bytes each of the prompt, and all that the answer may have. */
function estimate<R, S extends TObject>(question: Question<R, S>, request: R): number {
  const prompt = systemMessage(question) + dataBlock(question.data(request));
  return Math.ceil(Buffer.byteLength(prompt) / 4) + question.maxTokens;
}
