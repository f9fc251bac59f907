import type { ErrorCode } from './errors.ts';

/** In the order of the documentation's chapters. */
export const tags = {
  Loop: 'What an application calls at every turn: ask, select, and say how it was.',
  Users: 'What is known of a user: persona, memories, settings, export, erasure.',
  Training: 'Datasets, models and experiments, and how well they do.',
  Operations: 'Dead letters, the caller’s own key, and the state of the service.',
};

/** What the document says of a route beyond its schemas. */
export interface Operation {
  /** The operationId: generated clients name their functions by it. */
  id: string;
  tag: keyof typeof tags;
  /** A few words. */
  summary: string;
  /** Sentences. */
  description: string;
  /** Examples of the body, and of the answer when it succeeds. */
  body?: unknown;
  answer?: unknown;
  /** Of its own, beside those of every operation. */
  errors?: readonly ErrorCode[];
}

const exampleInteraction = '01a2057f-58be-77b5-ad22-32f3129e4e90';

/** Of the parameters of paths and queries, by name; one that has a single value needs no example. */
export const parameters: Record<string, { example?: unknown; description: string }> = {
  user_id: { example: 'ada', description: 'The application’s own id of the user' },
  interaction_id: { example: exampleInteraction, description: 'As `/v1/hypothesize` answered it' },
  memory_id: {
    example: '01a2057f-6001-7c30-9b1e-0f6c7d2b8a11',
    description: 'As the list of memories names it',
  },
  erasure_id: {
    example: '01a2057f-7002-7d40-8c2f-1a7d8e3c9b22',
    description: 'As the deletion of the user answered it',
  },
  dead_letter_id: {
    example: '01a2057f-8003-7e50-9d3a-2b8e9f4d0c33',
    description: 'As the list of dead letters names it',
  },
  model_id: { example: 'ranker-20261201', description: 'As the list of models names it' },
  include: { description: 'What else is wanted' },
  type: { example: 'preference', description: 'Only memories of this type' },
  query: {
    example: 'which database',
    description: 'Words to search for; the most relevant memories come first',
  },
  limit: { example: 20, description: 'How many at most' },
  cursor: { example: 'WzE3NjQ1NTAwMDAwMDAsIm0iXQ', description: 'The `next_cursor` of the page before' },
  by: { example: 'day', description: 'What a row stands for' },
  window: { example: '30d', description: 'Hours or days up to now' },
};

export const ids = { interaction: exampleInteraction, event: '01a2057f-9004-7f60-8e4b-3c9fa05e1d44' };
