import { APIError } from 'openai';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Usage } from '../budget.ts';
import { cutThoughts } from './json-in-text.ts';

/** What a server has said so far, of a stream or at once. */
export interface Completion {
  /** Without the thoughts before it. */
  answer: string;
  thought: boolean;
  /** Why it ended, `late` at the deadline; null where the server said nothing of it: the answer may be cut off. */
  finish: string | null;
  /** Null when the server does not report them. */
  tokens: Usage | null;
}

const Text = Type.Union([Type.String(), Type.Null()]);
const Called = Type.Object({ arguments: Type.Optional(Type.Unknown()) });
/** Only what we read; servers differ in the rest. */
const Message = Type.Object({
  content: Type.Optional(Type.Unknown()),
  reasoning_content: Type.Optional(Text),
  reasoning: Type.Optional(Type.Unknown()),
  tool_calls: Type.Optional(
    Type.Union([Type.Null(), Type.Array(Type.Object({ function: Type.Optional(Called) }))]),
  ),
  function_call: Type.Optional(Type.Union([Type.Null(), Called])),
});
const Choice = Type.Object({
  message: Type.Optional(Type.Unknown()),
  delta: Type.Optional(Type.Unknown()),
  text: Type.Optional(Text),
  finish_reason: Type.Optional(Type.Unknown()),
});
const Body = Type.Object({
  choices: Type.Optional(Type.Unknown()),
  /** Where Ollama's own API has it. */
  message: Type.Optional(Type.Unknown()),
  usage: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
});

interface Said {
  content: string;
  reasoning: string;
  called: string;
  finish: string | null;
  tokens: Usage | null;
}

export interface Collector {
  /** One chunk of a stream, or a whole completion. Throws an APIError where it is an error. */
  add(chunk: unknown): void;
  /** Whether anything that is a completion was added. */
  readonly begun: boolean;
  get(): Completion;
}

export function collectCompletion(): Collector {
  const said: Said = { content: '', reasoning: '', called: '', finish: null, tokens: null };
  let begun = false;
  let isStream = false;
  return {
    add(chunk) {
      if (!Value.Check(Body, chunk)) return;
      throwError(chunk.error);
      said.tokens = readUsage(chunk.usage) ?? said.tokens;
      const [choice] = Array.isArray(chunk.choices) ? chunk.choices : [];
      if (choice === undefined && chunk.message === undefined) return;
      isStream ||= begun || (typeof choice === 'object' && choice !== null && 'delta' in choice);
      begun = true;
      addChoice(said, choice ?? { message: chunk.message });
    },
    get begun() {
      return begun;
    },
    // What came at once is whole, whether or not the server says why it ended.
    get: () => toCompletion({ ...said, finish: said.finish ?? (isStream ? null : 'stop') }),
  };
}

function addChoice(said: Said, choice: unknown): void {
  if (!Value.Check(Choice, choice)) return;
  if (typeof choice.finish_reason === 'string') said.finish = choice.finish_reason;
  said.content += choice.text ?? '';
  const message = choice.delta ?? choice.message;
  if (!Value.Check(Message, message)) return;
  said.content += readContent(message.content);
  said.reasoning += message.reasoning_content ?? readContent(message.reasoning);
  for (const call of message.tool_calls ?? []) said.called += readContent(call.function?.arguments);
  said.called += readContent(message.function_call?.arguments);
}

/** A text, its parts, or the JSON that a server has parsed already. */
function readContent(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content) && content.every((part) => Value.Check(Part, part)))
    return content.map(({ text }) => text ?? '').join('');
  return typeof content === 'object' && content !== null ? JSON.stringify(content) : '';
}

const Part = Type.Object({ type: Type.String(), text: Type.Optional(Type.String()) });

/** Some servers put the answer of a model that thinks where its thoughts belong. */
function toCompletion({ content, reasoning, called, finish, tokens }: Said): Completion {
  const { answer, thought } = cutThoughts(content);
  const [said = ''] = [answer, called].filter((text) => text.trim() !== '');
  const thoughts = said === '' && /[{[]/u.test(reasoning) ? cutThoughts(reasoning).answer : '';
  return { answer: said === '' ? thoughts : said, thought: thought || reasoning !== '', finish, tokens };
}

const tokenCount = (value: unknown): number | null =>
  typeof value === 'number' && value >= 0 && value < 1e9 ? Math.ceil(value) : null;

const Counts = Type.Object({
  prompt_tokens: Type.Optional(Type.Unknown()),
  completion_tokens: Type.Optional(Type.Unknown()),
});

function readUsage(usage: unknown): Usage | null {
  if (!Value.Check(Counts, usage)) return null;
  const [prompt, completion] = [tokenCount(usage.prompt_tokens), tokenCount(usage.completion_tokens)];
  return prompt === null ? null : { prompt, completion: completion ?? 0 };
}

const ErrorBody = Type.Object({
  code: Type.Optional(Type.Unknown()),
  status: Type.Optional(Type.Unknown()),
  message: Type.Optional(Type.Unknown()),
});

function throwError(error: unknown): void {
  if (error === undefined || error === null || error === false || error === '') return;
  const { code, status, message } = Value.Check(ErrorBody, error) ? error : {};
  const known = [status, code].map(Number).find((one) => one >= 400 && one < 600);
  const said = typeof message === 'string' ? message : JSON.stringify(error);
  throw APIError.generate(known ?? 500, { error: { message: said } }, undefined, new Headers());
}
