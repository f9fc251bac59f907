import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { ModelConfig } from '../config.ts';
import type { FacetRequest, ProposeRequest } from '../llm.ts';

export const ChatRequest = Type.Object({
  model: Type.String(),
  messages: Type.Array(Type.Object({ role: Type.String(), content: Type.String() })),
  response_format: Type.Optional(Type.Object({ type: Type.String() })),
});
export type ChatRequest = Type.Static<typeof ChatRequest>;

/** A model server on a free port that records its requests. */
export async function modelServer(answer: (response: ServerResponse, request: ChatRequest) => void) {
  const requests: ChatRequest[] = [];
  const server = createServer(async (request, response) => {
    const sent = await text(request).catch(() => null);
    // The client aborted before it had sent its request.
    if (sent === null) return;
    const body = Value.Parse(ChatRequest, JSON.parse(sent));
    requests.push(body);
    answer(response, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** A completion with this content. */
export function sendContent(response: ServerResponse, content: string): void {
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  sendJson(response, 200, { choices: [{ index: 0, message: { role: 'assistant', content } }], usage });
}

export function modelConfig(baseUrl: string, changes: Partial<ModelConfig> = {}): ModelConfig {
  return {
    impl: 'vllm',
    baseUrl,
    model: 'small',
    apiKey: null,
    timeoutMs: 10_000,
    backgroundTimeoutMs: changes.timeoutMs ?? 10_000,
    maxConcurrency: 8,
    maxQueued: 16,
    tokensPerHour: 0,
    costPerDay: 0,
    prices: { input: 0, output: 0 },
    ...changes,
  };
}

export const silent = pino({ level: 'silent' });

const facets = { concise: 0.5, step_by_step: 0.5, code_first: 0.5, formal: 0.5 };
const context = { persona_facets: facets, interaction_count: 3, recent_goals: [], preferences: [] };

export function proposeRequest(changes: Partial<ProposeRequest> = {}): ProposeRequest {
  return { tenant_id: 'acme', text: 'deploy api', context, history: [], ...changes };
}

export function facetRequest(changes: Partial<FacetRequest> = {}): FacetRequest {
  const questions = [
    'Do you want to deploy the API to Kubernetes?',
    'Do you want a plan for deploying the API?',
  ];
  return {
    selection: {
      schema_version: 1,
      event_id: 'e1',
      tenant_id: 'acme',
      user_id: 'ada',
      interaction_id: 'i1',
      occurred_at: '2026-11-22T10:00:00.000Z',
      input_text: 'deploy api',
      media_type: 'text',
      context,
      hypotheses: questions.map((question, index) => ({
        id: `h${index + 1}`,
        question,
        rationale: '',
        confidence: 0.5,
        raw_confidence: 0.5,
        position: index + 1,
        score: 0,
        propensity: 1,
        features: {},
      })),
      used_memories: [],
      selected_id: 'h2',
      auto_advanced: false,
      model_id: 'rules',
    },
    before: [],
    facets,
    feedback: [],
    history: [],
    ...changes,
  };
}

/** Five candidates as a model sends them, two of them duplicates. */
export const fiveCandidates = {
  hypotheses: [
    { question: 'Do you want to deploy the API to Kubernetes?', rationale: 'usual', confidence: 0.7 },
    { question: 'Would you like to deploy the API to Kubernetes?', rationale: 'the same', confidence: 0.6 },
    { question: 'Do you want to publish the API documentation?', rationale: 'docs', confidence: 0.4 },
    { question: 'Do you want to roll back the last release?', rationale: 'after a fault', confidence: 0.3 },
    { question: 'Do you want to automate deployment in CI?', rationale: 'repeatable', confidence: 0.2 },
  ],
};
