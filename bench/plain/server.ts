import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import fastify from 'fastify';
import pg from 'pg';

/** The route as one writes it on a first afternoon: what `execute` is measured against. */
const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 20 });
const connection = { url: process.env['REDIS_URL'] ?? '' };
const queues = ['plain-training-log', 'plain-memory', 'plain-persona'].map(
  (name) => new Queue(name, { connection }),
);

await pool.query(`create table if not exists plain_interactions (
  interaction_id uuid primary key, user_id text not null, input_text text not null, hypotheses jsonb not null,
  selected_id text, selected_at timestamptz)`);
await pool.query(
  'create table if not exists plain_outbox (event_id uuid primary key, payload jsonb not null)',
);

const server = fastify();

interface Pick {
  user_id: string;
  interaction_id: string;
  hypothesis_id: string;
}

server.post<{ Body: Pick }>('/v1/execute', async (request, reply) => {
  const { interaction_id, hypothesis_id, user_id } = request.body;
  const event_id = randomUUID();
  const client = await pool.connect();
  try {
    await client.query('begin');
    const { rows } = await client.query(
      `update plain_interactions set selected_id = $1, selected_at = now()
       where interaction_id = $2 and user_id = $3 and selected_id is null returning *`,
      [hypothesis_id, interaction_id, user_id],
    );
    if (rows.length === 0) {
      await client.query('rollback');
      return reply.status(409).send({ error: 'already picked' });
    }
    const payload = { event_id, ...rows[0] };
    await client.query('insert into plain_outbox (event_id, payload) values ($1, $2)', [event_id, payload]);
    await client.query('commit');
    for (const queue of queues) await queue.add('hypothesis.selected', { event_id });
    const picked = rows[0].hypotheses.find((hypothesis: { id: string }) => hypothesis.id === hypothesis_id);
    return { interaction_id, event_id, enriched_prompt: `${rows[0].input_text}\n${picked.question}` };
  } finally {
    client.release();
  }
});

server.get('/livez', async () => ({ status: 'live' }));
await server.listen({ host: '127.0.0.1', port: Number(process.env['PORT']) });
process.on('SIGTERM', () => process.exit(0));
