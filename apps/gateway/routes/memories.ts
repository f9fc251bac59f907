import type { Tx } from '@learning-loop/db/connect';
import { asTenant } from '@learning-loop/db/transactions';
import { correctMemory, forgetMemory } from '@learning-loop/db/users/correct-memories';
import {
  findMemories,
  listMemories,
  listRecentMemories,
  type SourcedMemory,
} from '@learning-loop/db/users/memories';
import { contentKey } from '@learning-loop/learning/memories/memory';
import { readPolarity, toPreferenceKeys } from '@learning-loop/learning/memories/preference';
import { HttpError } from '@learning-loop/service/errors';
import { Type } from 'typebox';
import { getTenantId } from '../auth/authenticate.ts';
import type { GatewayContext, RouteGroup } from '../context.ts';
import { readCursor, writeCursor } from '../http/pagination.ts';
import { UserId, UserParams } from '../http/validation.ts';
import { retrieveMemories } from '../hypotheses/retrieve-memories.ts';

/** A query searches this many of the newest memories. */
const maxSearched = 5_000;

const MemoryRow = Type.Object({
  memory_id: Type.String(),
  type: Type.String(),
  content: Type.String(),
  polarity: Type.Optional(
    Type.Union([Type.Literal('like'), Type.Literal('dislike')], {
      description: 'Of a preference: whether the user likes it or avoids it',
    }),
  ),
  confidence: Type.Number(),
  tags: Type.Array(Type.String()),
  status: Type.String({ description: 'active or superseded' }),
  corrected: Type.Boolean({ description: 'The user said so; learning never overrules it' }),
  count: Type.Integer({ description: 'How often it was learned' }),
  first_seen: Type.String({ format: 'date-time' }),
  last_seen: Type.String({ format: 'date-time' }),
  sources: Type.Array(Type.Object({ interaction_id: Type.String(), seen_at: Type.String() })),
  relevance: Type.Optional(Type.Number({ description: 'To the query, in [0, 1]' })),
});

const MemoryType = Type.Union([Type.Literal('goal'), Type.Literal('preference'), Type.Literal('history')]);

const Query = Type.Object(
  {
    type: Type.Optional(MemoryType),
    query: Type.Optional(Type.String({ minLength: 1, maxLength: 8_000, format: 'text' })),
    include: Type.Optional(Type.Literal('superseded')),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);
type Query = Type.Static<typeof Query>;

const Response = Type.Object({
  memories: Type.Array(MemoryRow),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

interface User {
  tenantId: string;
  userId: string;
}

/** GET /v1/users/:user_id/memories: newest first; with `query`, most relevant first. */
export const memories: RouteGroup = (gateway) => async (server) => {
  const schema = { params: UserParams, querystring: Query, response: { 200: Response } };
  server.get('/v1/users/:user_id/memories', { schema }, async (request) => {
    const user = { tenantId: getTenantId(request), userId: request.params.user_id };
    const { query } = request.query;
    if (query === undefined)
      return await asTenant(gateway.db, user.tenantId, (tx) => listPage(tx, user, request.query));
    return { memories: await searchMemories(gateway, user, { ...request.query, query }), next_cursor: null };
  });
};

async function listPage(db: Tx, user: User, { type, include, limit, cursor }: Query) {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const withSuperseded = include === 'superseded';
  const rows = await listMemories(db, { ...user, type, after, withSuperseded, limit: limit + 1 });
  const visible = rows.slice(0, limit);
  const last = visible.at(-1);
  return {
    memories: visible.map(toResponse),
    next_cursor: rows.length > limit && last ? writeCursor(last) : null,
  };
}

/** Keeps no transaction open while a model is called. */
async function searchMemories(
  gateway: GatewayContext,
  user: User,
  { type, query, limit }: Query & { query: string },
) {
  const { db, embeddings } = gateway;
  const { tenantId: tenant_id, userId: user_id } = user;
  const types = type ? [type] : (['goal', 'preference', 'history'] as const);
  const memories = await asTenant(db, tenant_id, (tx) =>
    listRecentMemories(tx, { ...user, types: [...types], limit: maxSearched }),
  );
  if (memories.length === 0) return [];
  const embeddingOf = await embeddings.get({ tenant_id, user_id }, memories, [query]);
  const best = await retrieveMemories(gateway, {
    ...{ tenant_id, user_id, query, memories, limit, embeddingOf },
    ofAll: false,
  });
  const ids = best.map(({ memory }) => memory.memory_id);
  const rows = await asTenant(db, tenant_id, (tx) => findMemories(tx, tenant_id, user_id, ids));
  const byId = new Map(rows.map((memory) => [memory.memory_id, memory]));
  return best.flatMap(({ memory, relevance }) => {
    const row = byId.get(memory.memory_id);
    return row ? [{ ...toResponse(row), relevance }] : [];
  });
}

const toResponse = (memory: SourcedMemory) => ({
  ...memory,
  ...(memory.type === 'preference' && { polarity: readPolarity(memory.content) }),
  first_seen: memory.first_seen.toISOString(),
  last_seen: memory.last_seen.toISOString(),
});

const Params = Type.Object(
  { user_id: UserId, memory_id: Type.String({ format: 'uuid' }) },
  { additionalProperties: false },
);

const Correction = Type.Object(
  {
    content: Type.Optional(Type.String({ minLength: 1, maxLength: 2_000, format: 'text' })),
    status: Type.Optional(Type.Union([Type.Literal('active'), Type.Literal('superseded')])),
  },
  { additionalProperties: false, minProperties: 1 },
);

/** PATCH and DELETE /v1/users/:user_id/memories/:memory_id: corrections, which learning never overrides. */
export const correctMemories: RouteGroup =
  ({ db }) =>
  async (server) => {
    const url = '/v1/users/:user_id/memories/:memory_id';
    const correct = { schema: { params: Params, body: Correction, response: { 200: MemoryRow } } };
    server.patch(url, correct, async (request) => {
      const { user_id, memory_id } = request.params;
      const tenant_id = getTenantId(request);
      const { content, status } = request.body;
      const memory = await asTenant(db, tenant_id, async (tx) => {
        const key = { tenant_id, user_id, memory_id };
        const [old] = await findMemories(tx, tenant_id, user_id, [memory_id]);
        if (old === undefined) return undefined;
        const text = content === undefined ? undefined : { content, ...toKeys(old.type, content) };
        if (!(await correctMemory(tx, key, { content: text, status }))) return undefined;
        return (await findMemories(tx, tenant_id, user_id, [memory_id]))[0];
      });
      if (!memory) throw notFound(memory_id);
      return toResponse(memory);
    });

    const remove = { schema: { params: Params, response: { 204: Type.Null() } } };
    server.delete(url, remove, async (request, reply) => {
      const { user_id, memory_id } = request.params;
      const tenant_id = getTenantId(request);
      const key = { tenant_id, user_id, memory_id };
      const deleted = await asTenant(db, tenant_id, (tx) => forgetMemory(tx, key));
      if (!deleted) throw notFound(memory_id);
      return reply.status(204).send(null);
    });
  };

/** A correction means what it says: "no Docker" is a dislike. */
const toKeys = (type: SourcedMemory['type'], content: string) =>
  type === 'preference' ? toPreferenceKeys(content) : { content_key: contentKey(content) };

const notFound = (memoryId: string) =>
  new HttpError(404, 'no_such_memory', `This user has no memory ${memoryId}; GET …/memories lists them.`);
