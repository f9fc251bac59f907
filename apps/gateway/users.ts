import { type Memory, pageOfMemories } from '@learning-loop/db/memories';
import { findPersona } from '@learning-loop/db/personas';
import { Facets } from '@learning-loop/events/fields';
import { startFacets } from '@learning-loop/learning/persona';
import { Type } from 'typebox';
import { readCursor, writeCursor } from './cursor.ts';
import { UserParams } from './fields.ts';
import type { Routes } from './gateway.ts';
import { tenantOf } from './tenant.ts';

const Persona = Type.Object({
  facets: Facets,
  interaction_count: Type.Integer({ minimum: 0 }),
  updated_at: Type.Union([Type.String({ format: 'date-time' }), Type.Null()], {
    description: 'null when nothing has been learned of this user yet',
  }),
});

const MemoriesQuery = Type.Object(
  {
    type: Type.Optional(
      Type.Union([Type.Literal('goal'), Type.Literal('preference'), Type.Literal('history')]),
    ),
    limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
    cursor: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: false },
);

const Memories = Type.Object({
  memories: Type.Array(
    Type.Object({
      memory_id: Type.String(),
      type: Type.String(),
      content: Type.String(),
      confidence: Type.Number(),
      tags: Type.Array(Type.String()),
      count: Type.Integer({ description: 'How often it was learned' }),
      first_seen: Type.String({ format: 'date-time' }),
      last_seen: Type.String({ format: 'date-time' }),
    }),
  ),
  next_cursor: Type.Union([Type.String(), Type.Null()]),
});

/** GET /v1/users/:user_id/…: what is known of a user. */
export const users: Routes = (gateway) => async (server) => {
  const persona = { schema: { params: UserParams, response: { 200: Persona } } };
  server.get('/v1/users/:user_id/persona', persona, async (request) => {
    const found = await findPersona(gateway.db, tenantOf(request), request.params.user_id);
    if (!found) return { facets: startFacets, interaction_count: 0, updated_at: null };
    return { ...found, updated_at: found.updated_at.toISOString() };
  });

  const memories = {
    schema: { params: UserParams, querystring: MemoriesQuery, response: { 200: Memories } },
  };
  server.get('/v1/users/:user_id/memories', memories, async (request) => {
    const { type, limit, cursor } = request.query;
    const after = cursor === undefined ? undefined : readCursor(cursor);
    const user = { tenantId: tenantOf(request), userId: request.params.user_id };
    const found = await pageOfMemories(gateway.db, { ...user, type, after, limit: limit + 1 });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return {
      memories: page.map(shown),
      next_cursor: found.length > limit && last ? writeCursor(last) : null,
    };
  });
};

const shown = (memory: Memory) => ({
  ...memory,
  first_seen: memory.first_seen.toISOString(),
  last_seen: memory.last_seen.toISOString(),
});
