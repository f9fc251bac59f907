import { asTenant } from '@learning-loop/db/transactions/as-tenant';
import { correctMemory, forgetMemory } from '@learning-loop/db/users/correct-memories';
import { memoriesById } from '@learning-loop/db/users/memories';
import { contentKey } from '@learning-loop/learning/memories/memory-key';
import { Type } from 'typebox';
import type { Routes } from './context.ts';
import { HttpError } from './http-error.ts';
import { MemoryShown, shown } from './routes/memories.ts';
import { UserId } from './routes/schemas.ts';
import { tenantOf } from './tenant.ts';

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

/** PATCH and DELETE /v1/users/:user_id/memories/:memory_id: the user's own word, which learning never overrules. */
export const correctMemories: Routes =
  ({ db }) =>
  async (server) => {
    const url = '/v1/users/:user_id/memories/:memory_id';
    const correct = { schema: { params: Params, body: Correction, response: { 200: MemoryShown } } };
    server.patch(url, correct, async (request) => {
      const { user_id, memory_id } = request.params;
      const tenant_id = tenantOf(request);
      const { content, status } = request.body;
      const words = content === undefined ? undefined : { content, content_key: contentKey(content) };
      const memory = await asTenant(db, tenant_id, async (tx) => {
        const key = { tenant_id, user_id, memory_id };
        if (!(await correctMemory(tx, key, { content: words, status }))) return undefined;
        return (await memoriesById(tx, tenant_id, user_id, [memory_id]))[0];
      });
      if (!memory) throw notFound(memory_id);
      return shown(memory);
    });

    const forget = { schema: { params: Params, response: { 204: Type.Null() } } };
    server.delete(url, forget, async (request, reply) => {
      const { user_id, memory_id } = request.params;
      const tenant_id = tenantOf(request);
      const key = { tenant_id, user_id, memory_id };
      const forgotten = await asTenant(db, tenant_id, (tx) => forgetMemory(tx, key));
      if (!forgotten) throw notFound(memory_id);
      return reply.status(204).send(null);
    });
  };

const notFound = (memoryId: string) =>
  new HttpError(404, 'no_such_memory', `This user has no memory ${memoryId}; GET …/memories lists them.`);
