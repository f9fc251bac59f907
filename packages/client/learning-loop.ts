import type { Client } from 'openapi-fetch';
import type { paths } from './api.ts';
import { connectLearningLoop } from './connect.ts';
import { isOutage, LearningLoopError, toError } from './errors.ts';

export interface LearningLoopOptions {
  /** Of the gateway, such as `http://127.0.0.1:8080`. */
  url: string;
  /** With the role `app`; a service without keys needs none. */
  apiKey?: string;
  /** For each of a turn's two requests, with its retries; 2,000 ms by default. */
  timeoutMs?: number;
}

export interface TurnRequest {
  /** The application's own id of the user. */
  userId: string;
  /** What the user typed. */
  text: string;
  /** Two to ten hypotheses of your own, to be ranked; the service's own by default. */
  candidates?: string[];
  /** Ends the request; the turn then rejects with its reason. */
  signal?: AbortSignal;
}

type Shown = paths['/v1/hypothesize']['post']['responses'][200]['content']['application/json'];
export type Hypothesis = Shown['hypotheses'][number];
type Feedback = paths['/v1/feedback']['post']['requestBody']['content']['application/json'];
export type FeedbackGiven = Pick<Feedback, 'type' | 'value'>;

/** Asks what a user means, and learns from what the user selects. */
export class LearningLoop {
  /** All operations of the API, typed; each resolves with `{ data }` or `{ error }`. */
  readonly api: Client<paths>;
  readonly #timeoutMs: number;

  constructor({ url, apiKey, timeoutMs = 2_000 }: LearningLoopOptions) {
    this.api = connectLearningLoop(url, apiKey === undefined ? {} : { key: apiKey });
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Begins the assistant's turn. If the service does not answer in time, or cannot, the turn is `skipped` and the
   * assistant goes on without it. Rejects with a LearningLoopError for a mistake of the caller's.
   */
  async turn(request: TurnRequest): Promise<Turn> {
    const { userId: user_id, text: input_text, candidates, signal } = request;
    const body = { user_id, input_text, ...(candidates && { candidates }) };
    const asked = await attempt(signal, this.#timeoutMs, (until) =>
      this.api.POST('/v1/hypothesize', { body, signal: until }),
    );
    return new Turn(this.api, { request, timeoutMs: this.#timeoutMs, ...asked });
  }
}

interface TurnParts {
  request: TurnRequest;
  timeoutMs: number;
  data: Shown | null;
  skipped: string | false;
}

/** One request of a user, from the hypotheses to the prompt. */
export class Turn {
  /** Why the service has no part in this turn; false as long as it has. */
  skipped: string | false;
  /** For the assistant's model: the user's own text until something is selected. */
  prompt: string;
  /** Best first; none in a skipped turn. */
  readonly hypotheses: readonly Hypothesis[];
  readonly interactionId: string | null;
  /** The id of the hypothesis to take when nobody can be asked. */
  readonly recommended: string | null;
  /** Whether the service is sure enough to take it without asking. */
  readonly autoAdvance: boolean;
  readonly #api: Client<paths>;
  readonly #request: TurnRequest;
  readonly #timeoutMs: number;

  constructor(api: Client<paths>, { request, timeoutMs, data, skipped }: TurnParts) {
    this.#api = api;
    this.#request = request;
    this.#timeoutMs = timeoutMs;
    this.skipped = skipped;
    this.prompt = request.text;
    this.hypotheses = data?.hypotheses ?? [];
    this.interactionId = data?.interaction_id ?? null;
    this.recommended = data?.recommended_id ?? null;
    this.autoAdvance = data?.auto_advance ?? false;
  }

  /**
   * Resolves with the prompt once the selection of a hypothesis, or of null for none of these, is stored. A retry is
   * learned once. In an outage the turn becomes `skipped` and the prompt stays the user's text.
   */
  async select(id: string | null, { signal }: { signal?: AbortSignal } = {}): Promise<string> {
    if (this.interactionId === null) return this.prompt;
    const { userId: user_id, text: input_text } = this.#request;
    const body = { user_id, input_text, interaction_id: this.interactionId, hypothesis_id: id };
    const { data, skipped } = await attempt(signal, this.#timeoutMs, (until) =>
      this.#api.POST('/v1/execute', { body, signal: until }),
    );
    this.skipped = skipped;
    this.prompt = data?.enriched_prompt ?? this.prompt;
    return this.prompt;
  }

  /** How the answer was; a skipped turn has nobody to tell. Rejects in an outage: it may or may not be stored. */
  async feedback(given: FeedbackGiven): Promise<void> {
    if (this.interactionId === null) return;
    const body = { user_id: this.#request.userId, interaction_id: this.interactionId, ...given };
    const { error, response } = await this.#api.POST('/v1/feedback', {
      ...{ body, signal: AbortSignal.timeout(this.#timeoutMs) },
    });
    if (error !== undefined) throw toError(response.status, error);
  }
}

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Rejects for a mistake of the caller's, or when the caller's own signal aborts. */
async function attempt<T>(
  signal: AbortSignal | undefined,
  timeoutMs: number,
  send: (until: AbortSignal) => Promise<Answered<T>>,
): Promise<{ data: T | null; skipped: string | false }> {
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    const { data, error, response } = await send(signal ? AbortSignal.any([signal, timeout]) : timeout);
    if (data !== undefined) return { data, skipped: false };
    throw toError(response.status, error);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof LearningLoopError && !isOutage(error)) throw error;
    const reason = timeout.aborted ? `no answer within ${timeoutMs} ms` : toSentence(error);
    return { data: null, skipped: reason };
  }
}

const toSentence = (error: unknown) => (error instanceof Error ? error.message : String(error));
