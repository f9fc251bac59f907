import OpenAI, { APIError } from 'openai';
import { type Static, type TObject, Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Usage } from '../budget.ts';
import type { ModelConfig } from '../config.ts';
import { dataBlock, type PromptTemplate, renderSystem } from '../prompts/prompt.ts';
import { classifyError } from './call-policy.ts';
import { createResilientClient, type LlmDependencies, type ModelAnswer } from './resilient-call.ts';

/** A fetch that follows no redirect, since texts go only where the operator said, and ends a body over the limit. */
function cappedFetch(maxBytes: number): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    return response.body ? new Response(response.body.pipeThrough(atMost(maxBytes)), response) : response;
  };
}

function atMost(maxBytes: number): TransformStream<Uint8Array, Uint8Array> {
  let bytes = 0;
  return new TransformStream({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > maxBytes) controller.error(new Error(`The answer is longer than ${maxBytes} bytes.`));
      else controller.enqueue(chunk);
    },
  });
}

/** One server. Both reject with the openai client's errors. */
interface Client {
  /** The answer, or a rejection where it does not fit. */
  ask<R, S extends TObject>(
    question: PromptTemplate<R, S>,
    request: R,
    signal: AbortSignal,
  ): Promise<ModelAnswer<Static<S>>>;
  /** Resolves when the model is in memory, which may take minutes. */
  load(signal: AbortSignal): Promise<void>;
}

/** What is read of a completion; servers differ in the rest. */
const Completion = Type.Object({
  choices: Type.Array(Type.Object({ message: Type.Object({ content: Type.String() }) }), { minItems: 1 }),
  usage: Type.Optional(
    Type.Object({
      prompt_tokens: Type.Integer({ minimum: 0 }),
      completion_tokens: Type.Integer({ minimum: 0 }),
    }),
  ),
});

/** An answer of 800 tokens is a few kilobytes; more than this is no answer. */
const maxBytes = 256 * 1024;

/** The server's API; an answer of more than `mostBytes` is none. */
export function connectServer(
  { baseUrl, apiKey }: { baseUrl: string; apiKey: string | null },
  mostBytes: number,
): OpenAI {
  return new OpenAI({
    baseURL: baseUrl,
    apiKey: apiKey ?? 'none',
    // Without these the client would take them from the environment, behind the configuration's back.
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    // Its messages hold what users wrote, and retries are decided where the time left is known.
    logLevel: 'off',
    maxRetries: 0,
    fetch: cappedFetch(mostBytes),
  });
}

function connectClient(config: ModelConfig): Client {
  const { chat } = connectServer(config, maxBytes);
  let knowsSchemas = true;

  const complete = <R, S extends TObject>(
    question: PromptTemplate<R, S>,
    request: R,
    signal: AbortSignal,
    bySchema: boolean,
  ) =>
    chat.completions.create(
      {
        model: config.model,
        messages: [
          { role: 'system', content: renderSystem(question) },
          { role: 'user', content: dataBlock(question.data(request)) },
        ],
        response_format: bySchema ? schemaFormat(question) : { type: 'json_object' },
        ...limit(config.impl, question.maxTokens),
      },
      { signal },
    );

  return {
    async ask(question, request, signal) {
      try {
        return parse(question, await complete(question, request, signal, knowsSchemas));
      } catch (error) {
        if (!knowsSchemas || !(error instanceof APIError) || error.status !== 400) throw error;
        const answer = parse(question, await complete(question, request, signal, false));
        knowsSchemas = false;
        return answer;
      }
    },
    async load(signal) {
      const messages = [{ role: 'user' as const, content: 'hi' }];
      await chat.completions.create({ model: config.model, messages, ...limit(config.impl, 1) }, { signal });
    },
  };
}

function schemaFormat<R, S extends TObject>({ operation, answer }: PromptTemplate<R, S>) {
  // Through JSON, since a schema's type has no index signature.
  const schema: Record<string, unknown> = JSON.parse(JSON.stringify(answer));
  return { type: 'json_schema', json_schema: { name: operation, strict: true, schema } } as const;
}

/** OpenAI's newer models refuse `max_tokens`; Ollama and vLLM have known it longest. */
function limit(impl: ModelConfig['impl'], tokens: number) {
  return impl === 'openai' ? { max_completion_tokens: tokens } : { max_tokens: tokens };
}

/** The completion is parsed as if its type were unknown: a server may send anything. */
function parse<R, S extends TObject>(
  question: PromptTemplate<R, S>,
  completion: unknown,
): ModelAnswer<Static<S>> {
  const { choices, usage } = Value.Parse(Completion, completion);
  const [choice] = choices;
  const value = Value.Parse(question.answer, JSON.parse(choice?.message.content ?? ''));
  return {
    value,
    tokens: usage ? { prompt: usage.prompt_tokens, completion: usage.completion_tokens } : null,
  };
}

/** Asks one model, within its limits. */
export interface ChatModel extends Disposable {
  /** Implementation and model: `ollama/llama3.1`. */
  model: string;
  /** The model's answer in time, paid by the tenant's budget; null where there is none. Never rejects. */
  ask<R, S extends TObject>(
    tenant: string,
    question: PromptTemplate<R, S>,
    request: R,
  ): Promise<Static<S> | null>;
}

export function createChatModel(config: ModelConfig, means: LlmDependencies): ChatModel {
  const model = `${config.impl}/${config.model}`;
  const client = connectClient(config);
  const caller = createResilientClient({ ...config, model, onOpen: load }, means);
  const closing = new AbortController();
  let loading = false;
  load();

  /** Ollama gives up loading a model when the request that wanted it is aborted, as ours are in time: this one waits. */
  function load(): void {
    if (config.impl !== 'ollama' || loading) return;
    loading = true;
    client
      .load(closing.signal)
      .catch((error) => means.log.debug({ model, outcome: classifyError(error) }, 'llm_not_loaded'))
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
function estimate<R, S extends TObject>(question: PromptTemplate<R, S>, request: R): Usage {
  const prompt = renderSystem(question) + dataBlock(question.data(request));
  return { prompt: Math.ceil(Buffer.byteLength(prompt) / 4), completion: question.maxTokens };
}
