import type { ModelConfig } from '../config.ts';
import { type PromptTemplate, renderMessages } from '../prompts/prompt.ts';
import { classifyError } from './errors.ts';
import { connectClient, estimateUsage } from './openai.ts';
import { createResilientClient, type LlmDependencies } from './resilient-call.ts';

export interface ChatModel extends Disposable {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** Charges the tenant's budget. Null where no valid answer arrives in time; never rejects. */
  ask<R, A>(
    tenant: string,
    prompt: PromptTemplate<R, A>,
    request: R,
    options?: AskOptions,
  ): Promise<A | null>;
}

interface AskOptions {
  /** Shortens the configured time-out, in ms. */
  maxWaitMs?: number | undefined;
}

export function createChatModel(config: ModelConfig, dependencies: LlmDependencies): ChatModel {
  const model = `${config.impl}/${config.model}`;
  const client = connectClient(config);
  const resilientClient = createResilientClient({ ...config, model, onOpen: load }, dependencies);
  const closing = new AbortController();
  let loading = false;
  load();

  /** Ollama stops loading a model when the request is aborted, as our timeouts do; this request has none. */
  function load(): void {
    if (config.impl !== 'ollama' || loading) return;
    loading = true;
    client
      .load(closing.signal)
      .catch((error) => dependencies.log.debug({ model, outcome: classifyError(error) }, 'llm_not_loaded'))
      .finally(() => {
        loading = false;
      });
  }

  return {
    model,
    ask(tenant, prompt, request, { maxWaitMs = Number.POSITIVE_INFINITY } = {}) {
      const timeoutMs = prompt.isBackground ? config.backgroundTimeoutMs : config.timeoutMs;
      return resilientClient.call(tenant, {
        operation: prompt.operation,
        // An upper bound: the longest answer.
        estimate: {
          ...estimateUsage(renderMessages(prompt, request), ''),
          completion: prompt.maxTokens,
        },
        isBackground: prompt.isBackground ?? false,
        timeoutMs: Math.min(timeoutMs, maxWaitMs),
        send: (attempt) => client.ask(prompt, request, attempt),
      });
    },
    [Symbol.dispose]() {
      closing.abort();
      resilientClient[Symbol.dispose]();
    },
  };
}
