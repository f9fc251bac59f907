import OpenAI, { APIError } from 'openai';
import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Usage } from '../budget.ts';
import type { ModelConfig } from '../config.ts';
import { dataBlock, type PromptTemplate, renderSystem } from '../prompts/prompt.ts';
import { classifyError } from './call-policy.ts';
import { createResilientClient, type LlmDependencies, type ModelAnswer } from './resilient-call.ts';

/** Follows no redirects: texts go only to the configured server. Fails on a longer body. */
function createCappedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    return response.body ? new Response(response.body.pipeThrough(limitBytes(maxBytes)), response) : response;
  };
}

function limitBytes(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error(`The answer is longer than ${maxBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
}

/** Both reject with the openai client's errors. */
interface Client {
  /** Rejects an answer that does not match the schema. */
  ask<R, S extends TObject>(
    prompt: PromptTemplate<R, S>,
    request: R,
    signal: AbortSignal,
  ): Promise<ModelAnswer<Static<S>>>;
  load(signal: AbortSignal): Promise<void>;
}

/** Only what we read; servers differ in the rest. */
const Completion = Type.Object({
  choices: Type.Array(Type.Object({ message: Type.Object({ content: Type.String() }) }), { minItems: 1 }),
  usage: Type.Optional(
    Type.Object({
      prompt_tokens: Type.Integer({ minimum: 0 }),
      completion_tokens: Type.Integer({ minimum: 0 }),
    }),
  ),
});

const maxCompletionBytes = 256 * 1024;

export function connectServer(
  { baseUrl, apiKey }: { baseUrl: string; apiKey: string | null },
  maxBytes: number,
): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    // Otherwise the client reads them from the environment, bypassing our configuration.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // Its log messages contain users' texts. Retries are ours, since they depend on the time left.
    logLevel: 'off',
    maxRetries: 0,
    fetch: createCappedFetch(maxBytes),
  });
}

function connectClient(config: ModelConfig): Client {
  const { chat } = connectServer(config, maxCompletionBytes);
  let supportsSchemas = true;

  const complete = <R, S extends TObject>(
    prompt: PromptTemplate<R, S>,
    request: R,
    signal: AbortSignal,
    useSchema: boolean,
  ) =>
    chat.completions.create(
      {
        model: config.model,
        messages: [
          { role: 'system', content: renderSystem(prompt) },
          { role: 'user', content: dataBlock(prompt.data(request)) },
        ],
        response_format: useSchema ? toResponseFormat(prompt) : { type: 'json_object' },
        ...limitTokens(config.impl, prompt.maxTokens),
      },
      { signal },
    );

  return {
    async ask(prompt, request, signal) {
      try {
        return parseCompletion(prompt, await complete(prompt, request, signal, supportsSchemas));
      } catch (error) {
        if (!supportsSchemas || !(error instanceof APIError) || error.status !== 400) throw error;
        const answer = parseCompletion(prompt, await complete(prompt, request, signal, false));
        supportsSchemas = false;
        return answer;
      }
    },
    async load(signal) {
      const messages = [{ role: 'user' as const, content: 'hi' }];
      await chat.completions.create(
        { model: config.model, messages, ...limitTokens(config.impl, 1) },
        { signal },
      );
    },
  };
}

function toResponseFormat<R, S extends TObject>({ operation, answer }: PromptTemplate<R, S>) {
  // Converted through JSON, since a schema's type has no index signature.
  const schema: Record<string, unknown> = JSON.parse(JSON.stringify(answer));
  return { type: 'json_schema', json_schema: { name: operation, strict: true, schema } } as const;
}

/** OpenAI's newer models refuse `max_tokens`; older Ollama and vLLM know only that. */
function limitTokens(impl: ModelConfig['impl'], tokens: number) {
  return impl === 'openai' ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

/** The declared type of a completion is no guarantee: a server may send anything. */
function parseCompletion<R, S extends TObject>(
  prompt: PromptTemplate<R, S>,
  completion: unknown,
): ModelAnswer<Static<S>> {
  const { choices, usage } = Value.Parse(Completion, completion);
  const [choice] = choices;
  const value = Value.Parse(prompt.answer, JSON.parse(choice?.message.content ?? ''));
  return {
    value,
    tokens: usage ? { prompt: usage.prompt_tokens, completion: usage.completion_tokens } : null,
  };
}

export interface ChatModel extends Disposable {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** Charges the tenant's budget. Null where no valid answer arrives in time; never rejects. */
  ask<R, S extends TObject>(
    tenant: string,
    prompt: PromptTemplate<R, S>,
    request: R,
  ): Promise<Static<S> | null>;
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
    ask: (tenant, prompt, request) =>
      resilientClient.call(tenant, {
        operation: prompt.operation,
        estimate: estimateUsage(prompt, request),
        send: (signal) => client.ask(prompt, request, signal),
      }),
    [Symbol.dispose]() {
      closing.abort();
      resilientClient[Symbol.dispose]();
    },
  };
}

/** An upper bound: about four bytes per token of the prompt, and the longest answer. */
function estimateUsage<R, S extends TObject>(prompt: PromptTemplate<R, S>, request: R): Usage {
  const text = renderSystem(prompt) + dataBlock(prompt.data(request));
  return { prompt: Math.ceil(Buffer.byteLength(text) / 4), completion: prompt.maxTokens };
}
