import { newId } from '@learning-loop/events/ids';
import { sql } from 'kysely';
import { type Environment, openEnvironment } from '../../environment/environment.ts';
import type { Metric } from '../metric.ts';
import { formatShare } from './bootstrap.ts';
import { type LongConversation, readConversations, shareFound } from './conversations.ts';

const settings = {
  EXPLORATION_RATE: '0',
  RATE_LIMIT_PER_USER: '0',
  RATE_LIMIT_PER_KEY: '0',
  ALLOW_NO_KEYS: 'true',
};

/**
 * How much of the evidence for a question stands in the enriched prompt: a gateway gets each question with `hypothesize`
 * and none of its hypotheses, or the first, with `execute`. The prompt has the token budget of the default settings.
 */
export async function measurePrompts(data: string): Promise<Metric[]> {
  await using environment = await openEnvironment();
  const { url } = await environment.app('gateway', settings);
  const conversations = readConversations(data);
  const asked: { first: number; none: number }[] = [];
  for (const [n, conversation] of conversations.entries()) {
    const user_id = `user-${n}`;
    await insertMemories(environment, user_id, conversation);
    for (const { question, wrongPerson, evidence } of conversation.questions) {
      if (wrongPerson) continue;
      const shareOf = async (hypothesis_id: string | null) =>
        shareFound(evidence, await enrich(url, { user_id, input_text: question, hypothesis_id }));
      asked.push({ first: await shareOf('h1'), none: await shareOf(null) });
    }
  }
  return (['none', 'first'] as const).map((selected) => ({
    measure: `Evidence in the enriched prompt, ${selected === 'none' ? 'no' : 'the first'} hypothesis selected`,
    value: formatShare(asked.map((one) => one[selected])),
    cases: asked.length,
    against: 'goal ≥ 70 %',
  }));
}

async function insertMemories(
  { db }: Environment,
  user_id: string,
  { memories }: LongConversation,
): Promise<void> {
  const rows = memories.map(({ content, last_seen }) => ({ memory_id: newId(), content, last_seen }));
  await sql`
    insert into memories (tenant_id, user_id, memory_id, type, content_key, content, confidence, tags, first_seen, last_seen)
    select 'default', ${user_id}, memory_id, 'history', memory_id::text, content, 1, '{}', last_seen, last_seen
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as row(memory_id uuid, content text, last_seen timestamptz)`.execute(db);
}

/** The lines of the enriched prompt. */
async function enrich(
  url: string,
  { hypothesis_id, ...request }: { user_id: string; input_text: string; hypothesis_id: string | null },
): Promise<Set<string>> {
  const { interaction_id } = await post(`${url}/v1/hypothesize`, request);
  const { enriched_prompt = '' } = await post(`${url}/v1/execute`, {
    ...request,
    interaction_id,
    hypothesis_id,
  });
  return new Set(enriched_prompt.split('\n').map((line) => line.replace(/^- /u, '')));
}

async function post(url: string, body: object): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Record<string, string>;
}
