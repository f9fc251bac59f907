import { connectDb } from '@learning-loop/db/connect';
import { findPersona } from '@learning-loop/db/users/personas';
import { modelServer, sendContent } from '@learning-loop/llm/testing/model-server';
import { databaseForTest } from '@learning-loop/testing/database/postgres';
import { noteWriters } from '@learning-loop/testing/database/sessions-and-rights';
import { selection } from '@learning-loop/testing/selection';
import { publishSelection, startApp } from '@learning-loop/testing/start-app';
import { expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { start } from './start.ts';

const answer = { concise: 0.1, step_by_step: 0, code_first: 0, formal: 0, reason: 'short ones' };

test('the worker asks the model with what it knows of the user, and writes under its own role', async () => {
  const DATABASE_URL = await databaseForTest();
  await using db = connectDb(DATABASE_URL);
  await using server = await modelServer((response) => sendContent(response, JSON.stringify(answer)));
  const event = selection();
  const { tenant_id, user_id } = event;
  await db
    .insertInto('feedback')
    .values({
      ...{ tenant_id, user_id, event_id: event.event_id, interaction_id: event.interaction_id },
      ...{ type: 'comment', value: '"rather in verse"', given_at: new Date() },
    })
    .execute();
  const writers = await noteWriters(db, 'persona_updates');
  const model = { SLM_IMPL: 'vllm', VLLM_BASE_URL: server.url, VLLM_MODEL_NAME: 'small' };
  const config = readConfig({ DATABASE_URL, ...model, LLM_BACKGROUND_TIMEOUT_MS: '20000' });
  const service = await startApp(start, config);
  await publishSelection(service, db, DATABASE_URL, { event, consumer: 'persona' });
  await expect
    .poll(() => findPersona(db, 'default', 'ada'))
    .toMatchObject({ interaction_count: 1, facets: { concise: 0.6 } });
  expect(JSON.stringify(server.requests)).toContain('rather in verse');
  expect(await writers()).toEqual(['learning_loop_persona']);
});
