import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { Message, PromptTemplate } from '../prompts/prompt.ts';
import type { Dialect } from './dialect.ts';

/** For thoughts, beside the answer. */
const roomToThink = 2_000;
/** Of 44 requests, a model of 0.5B gave three distinct questions to 41, and to 32 at 0.2 without a penalty. */
const varied = { temperature: 0.4, frequency_penalty: 0.3 };
const steady = { temperature: 0 };

/** The body of a request, in a server's dialect. */
export function toBody<R, A>(
  model: string,
  prompt: PromptTemplate<R, A>,
  messages: Message[],
  { format, limits, without, thinks }: Dialect,
): ChatCompletionCreateParams {
  const [limit] = limits;
  return {
    model,
    messages: without.has('system_role') ? foldSystem(messages) : messages,
    ...toFormat(prompt, format),
    ...(limit && { [limit]: prompt.maxTokens + (thinks ? roomToThink : 0) }),
    ...(!without.has('stream') && { stream: true }),
    ...toSampling(prompt, without),
    ...(thinks && !without.has('reasoning_effort') && { reasoning_effort: 'low' }),
    ...(thinks &&
      !without.has('chat_template_kwargs') && { chat_template_kwargs: { enable_thinking: false } }),
  };
}

function toFormat<R, A>({ operation, schema }: PromptTemplate<R, A>, format: Dialect['format']) {
  // Converted through JSON, since a schema's type has no index signature.
  const plain = (): Record<string, unknown> => JSON.parse(JSON.stringify(schema));
  switch (format) {
    case 'json_schema': {
      const json_schema = { name: operation, strict: true, schema: plain() };
      return { response_format: { type: 'json_schema' as const, json_schema } };
    }
    case 'json_object_with_schema':
      return { response_format: { type: 'json_object' as const, schema: plain() } };
    case 'json_object':
      return { response_format: { type: 'json_object' as const } };
    case 'none':
      return {};
  }
}

function toSampling<R, A>({ isVaried }: PromptTemplate<R, A>, without: Dialect['without']) {
  const sampling = Object.entries(isVaried ? varied : steady);
  return Object.fromEntries(sampling.filter(([name]) => ![...without].some((one) => one === name)));
}

/** The templates of some models know no system message. */
function foldSystem(messages: Message[]): Message[] {
  const [system, first, ...others] = messages;
  if (system?.role !== 'system' || first === undefined) return messages;
  return [{ role: first.role, content: `${system.content}\n\n${first.content}` }, ...others];
}
