import type { Db } from '@learning-loop/db/connect';
import type { Role } from '@learning-loop/db/schema/database';
import type { FastifyInstance } from 'fastify';
import { keysCommand } from '../auth/keys-cli.ts';

/** Returns the headers of a caller with a new key. */
export async function createCaller(db: Db, role: Role, tenant = 'default') {
  const key = await keysCommand(db, ['create', '--role', role, '--tenant', tenant]);
  return { authorization: `Bearer ${key}` };
}

export async function makeSelection(
  server: FastifyInstance,
  headers: Record<string, string>,
  { user_id, input_text = 'build api' }: { user_id: string; input_text?: string },
) {
  const url = '/v1/hypothesize';
  const hypothesized = await server.inject({ method: 'POST', url, headers, body: { user_id, input_text } });
  const { interaction_id } = hypothesized.json<{ interaction_id: string }>();
  const body = { user_id, input_text, interaction_id, hypothesis_id: 'h1' };
  const accepted = await server.inject({ method: 'POST', url: '/v1/execute', headers, body });
  const { event_id } = accepted.json<{ event_id: string }>();
  return { interaction_id, event_id };
}
