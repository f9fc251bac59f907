import type { Role } from '@learning-loop/db/schema/database';

/** An admin may call every route. */
export type Access = 'public' | Role;

/** All routes. A missing one requires an admin key and fails a test. */
export const roles: Record<string, Access> = {
  'POST /v1/hypothesize': 'app',
  'POST /v1/execute': 'app',
  'POST /v1/feedback': 'app',
  'PUT /v1/users/:user_id/settings': 'app',

  'GET /v1/session': 'reader',
  'GET /v1/interactions/:interaction_id': 'reader',
  'GET /v1/users/:user_id/persona': 'reader',
  'GET /v1/users/:user_id/memories': 'reader',
  'GET /v1/training/stats': 'reader',
  'GET /v1/training/datasets': 'reader',
  'GET /v1/models': 'reader',
  'GET /v1/experiments': 'reader',
  'GET /v1/metrics/learning': 'reader',

  'PATCH /v1/users/:user_id/memories/:memory_id': 'admin',
  'DELETE /v1/users/:user_id/memories/:memory_id': 'admin',
  'POST /v1/training/datasets': 'admin',
  'POST /v1/models': 'admin',
  'POST /v1/models/:model_id/promote': 'admin',
  'POST /v1/models/:model_id/rollback': 'admin',
  'POST /v1/experiments': 'admin',
  'DELETE /v1/users/:user_id': 'admin',
  'GET /v1/users/:user_id/export': 'admin',
  'GET /v1/erasures/:erasure_id': 'admin',
  'GET /v1/dead-letters': 'admin',
  'POST /v1/dead-letters/:dead_letter_id/replay': 'admin',
  'POST /v1/dead-letters/replay': 'admin',

  'GET /livez': 'public',
  'GET /readyz': 'public',
  'GET /metrics': 'reader',
};

/** The API documentation is public. */
export function routeAccess(method: string, url: string): Access {
  if (url === '/docs' || url.startsWith('/docs/')) return 'public';
  // Fastify answers HEAD wherever it answers GET.
  return roles[`${method === 'HEAD' ? 'GET' : method} ${url}`] ?? 'admin';
}
