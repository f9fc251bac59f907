import { LRUCache } from 'lru-cache';
import { APIUserAbortError } from 'openai';
import type { Usage } from '../budget.ts';
import type { ModelConfig } from '../config.ts';
import { type Message, type PromptTemplate, renderMessages } from '../prompts/prompt.ts';
import type { Attempt } from './call-policy.ts';
import type { Completion } from './completion.ts';
import { adaptDialect, type Dialect, firstDialect } from './dialect.ts';
import { findJson } from './json-in-text.ts';
import { readResponse, UnusableAnswer } from './read-response.ts';
import type { ModelAnswer } from './resilient-call.ts';
import { connectServer } from './server.ts';
import { toBody } from './to-body.ts';

/** Both reject with the openai client's errors. */
interface Client {
  /** Rejects with an UnusableAnswer where the prompt cannot read what was said. */
  ask<R, A>(prompt: PromptTemplate<R, A>, request: R, attempt: Attempt): Promise<ModelAnswer<A>>;
  load(signal: AbortSignal): Promise<void>;
}

interface Known {
  dialect: Dialect;
  /** The server has answered in it. */
  isProven: boolean;
  /** The server takes long to hold a model to a schema: on a CPU it halves the speed. */
  isSlow: boolean;
  /** How many answers without a schema in a row could not be read. */
  misread: number;
}

const maxCompletionBytes = 256 * 1024;
const maxAdaptations = 10;
const slowMs = 1_500;
const maxMisread = 3;

/** By server and model, for the life of the process: each client would learn the same again. */
const knownServers = new LRUCache<string, Known>({ max: 100 });

export function connectClient(config: ModelConfig): Client {
  const { chat } = connectServer(config, maxCompletionBytes);
  const key = `${config.impl} ${config.model} ${config.baseUrl}`;
  const recall = (): Known =>
    knownServers.get(key) ?? {
      dialect: firstDialect(config.impl),
      ...{ isProven: false, isSlow: false, misread: 0 },
    };
  const remember = (learned: Partial<Known>) => knownServers.set(key, { ...recall(), ...learned });

  async function speak<R, A>(
    prompt: PromptTemplate<R, A>,
    request: R,
    dialect: Dialect,
    { signal, deadline }: Attempt,
  ): Promise<ModelAnswer<A>> {
    const messages = renderMessages(prompt, request);
    const body = toBody(config.model, prompt, messages, dialect);
    const response = await chat.completions.create(body, { signal }).asResponse();
    const isEnough = (soFar: Completion) => {
      const answer = prompt.isEnough ? prompt.read(toSaid(soFar), request) : null;
      return answer !== null && (prompt.isEnough?.(answer) ?? false);
    };
    const completion = await readResponse(response, { deadline, isEnough });
    if (completion.thought && !dialect.thinks) remember({ dialect: { ...recall().dialect, thinks: true } });
    const value = prompt.read(toSaid(completion), request);
    if (value === null && completion.finish === 'late') throw new APIUserAbortError();
    if (value === null) throw new UnusableAnswer(toKind(completion));
    return { value, tokens: completion.tokens ?? estimateUsage(messages, completion.answer) };
  }

  /** Without a schema, where that is faster; null where the answer cannot be read: then with one. */
  async function speakFreely<R, A>(prompt: PromptTemplate<R, A>, request: R, attempt: Attempt) {
    const { dialect, isSlow, misread } = recall();
    if (!prompt.isForgiving || !isSlow || misread >= maxMisread || !isBinding(dialect)) return null;
    try {
      const answer = await speak(prompt, request, { ...dialect, format: 'none' }, attempt);
      remember({ misread: 0 });
      return answer;
    } catch (error) {
      if (!(error instanceof UnusableAnswer) || error.kind === 'interrupted') throw error;
      remember({ misread: misread + 1 });
      return null;
    }
  }

  async function speakAsKnown<R, A>(prompt: PromptTemplate<R, A>, request: R, attempt: Attempt) {
    let { dialect } = recall();
    for (let adaptations = 0; ; adaptations += 1) {
      const started = performance.now();
      try {
        const answer = await speak(prompt, request, dialect, attempt);
        const { thinks } = recall().dialect;
        const isSlow = recall().isSlow || performance.now() - started > slowMs;
        remember({ dialect: { ...dialect, thinks }, isProven: true, isSlow });
        return answer;
      } catch (error) {
        const adapted = adaptToThoughts(dialect, error) ?? adaptDialect(dialect, error, recall().isProven);
        if (!adapted || adaptations === maxAdaptations || attempt.signal.aborted) throw error;
        dialect = adapted.dialect;
        if (adapted.isCertain) remember({ dialect });
      }
    }
  }

  return {
    ask: async (prompt, request, attempt) =>
      (await speakFreely(prompt, request, attempt)) ?? (await speakAsKnown(prompt, request, attempt)),
    async load(signal) {
      const [limit] = recall().dialect.limits;
      const messages = [{ role: 'user' as const, content: 'hi' }];
      await chat.completions.create(
        { model: config.model, messages, ...(limit && { [limit]: 1 }) },
        { signal },
      );
    },
  };
}

const isBinding = ({ format }: Dialect) => format !== 'none' && format !== 'json_object';

const toSaid = ({ answer }: Completion) => ({ text: answer, values: findJson(answer) });

/** A model that spent its tokens on thoughts is asked once more, for little of them. */
function adaptToThoughts(dialect: Dialect, error: unknown) {
  if (dialect.thinks || !(error instanceof UnusableAnswer) || error.kind !== 'only_thoughts') return null;
  return { dialect: { ...dialect, thinks: true }, isCertain: true };
}

function toKind({ answer, thought, finish }: Completion): UnusableAnswer['kind'] {
  if (answer.trim() === '' && thought) return 'only_thoughts';
  if (finish === 'length') return 'cut_off';
  if (finish === null) return 'interrupted';
  if (answer.trim() === '') return 'no_answer';
  return findJson(answer).length === 0 ? 'no_json' : 'other_json';
}

const bytesPerToken = 4;

/** Streams come without a count, the more so if they are ended early. */
export function estimateUsage(messages: readonly Message[], answer: string): Usage {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  return {
    prompt: Math.ceil(bytes / bytesPerToken),
    completion: Math.ceil(Buffer.byteLength(answer) / bytesPerToken),
  };
}
