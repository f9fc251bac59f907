import type { Static, TObject } from 'typebox';
import type { Usage } from '../budget.ts';
import type { ModelConfig } from '../config.ts';
import { dataBlock } from '../prompts/data-block.ts';
import { type Question, systemMessage } from '../prompts/prompt.ts';
import { connectClient } from './openai.ts';
import { outcomeOf } from './outcome.ts';
import { createCaller, type Means } from './resilient-call.ts';

/** Asks one model, within its limits. */
export interface Asker extends Disposable {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** The model's answer in time, paid by the tenant's budget; null where there is none. Never rejects. */
  ask<R, S extends TObject>(tenant: string, question: Question<R, S>, request: R): Promise<Static<S> | null>;
}

export function createAsker(config: ModelConfig, means: Means): Asker {
  const model = `${config.impl}/${config.model}`;
  const client = connectClient(config);
  const caller = createCaller({ ...config, model, onOpen: load }, means);
  const closing = new AbortController();
  let loading = false;
  load();

  /** Ollama gives up loading a model when the request that wanted it is aborted, as ours are in time: this one waits. */
  function load(): void {
    if (config.impl !== 'ollama' || loading) return;
    loading = true;
    client
      .load(closing.signal)
      .catch((error) => means.log.debug({ model, outcome: outcomeOf(error) }, 'llm_not_loaded'))
      .finally(() => {
        loading = false;
      });
  }

  return {
    model,
    ask: (tenant, question, request) =>
      caller.call(tenant, {
        operation: question.operation,
        estimate: estimate(question, request),
        send: (signal) => client.ask(question, request, signal),
      }),
    [Symbol.dispose]() {
      closing.abort();
      caller[Symbol.dispose]();
    },
  };
}

/** Tokens that a call may take: about four bytes each of the prompt, and all that the answer may have. */
function estimate<R, S extends TObject>(question: Question<R, S>, request: R): Usage {
  const prompt = systemMessage(question) + dataBlock(question.data(request));
  return { prompt: Math.ceil(Buffer.byteLength(prompt) / 4), completion: question.maxTokens };
}
