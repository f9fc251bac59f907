import type { Exchange } from './exchange.ts';

/** What mem0's process is to do, as JSON on its standard input: learn each exchange, then look for each. */
export interface Mem0Job {
  exchanges: Exchange[];
  modelUrl: string;
  atOnce: number;
  /** How many of a search's memories are wanted. */
  most: number;
}

/** What it saw, as JSON on its standard output. */
export interface Mem0Result {
  added: Mem0Rate;
  searched: Mem0Rate;
  /** How many memories it holds in the end. */
  memories: number;
  /** How many searches came back with the exchange that was looked for. */
  found: number;
}

export interface Mem0Rate extends ModelCalls {
  perSecond: number;
}

/** How often the model was asked, for all of it. */
export interface ModelCalls {
  chats: number;
  embeddings: number;
}

/** Of a vector: as many as small models give. mem0's own default gives 1,536, with which it is slower. */
export const dimensions = 384;
