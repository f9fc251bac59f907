import { type NewMemory, supersedeOlder, upsertMemories } from '@learning-loop/db/users/upsert-memories';
import { newId } from '@learning-loop/events/ids';
import { contentKey } from '@learning-loop/learning/memories/memory';
import { expect, test } from 'vitest';
import { gatewayForTest } from '../testing/test-gateway.ts';

type Gateway = Awaited<ReturnType<typeof gatewayForTest>>;

const url = '/v1/users/ada/memories';

const learn = (gateway: Gateway, content: string, day: number, slot: string | null = null) => {
  const memory: NewMemory = {
    tenant_id: 'default',
    user_id: 'ada',
    memory_id: newId(),
    type: 'preference',
    content_key: contentKey(content),
    content,
    confidence: 0.8,
    tags: [],
    slot,
    seen_at: new Date(Date.UTC(2026, 0, day)).toISOString(),
    interaction_id: newId(),
  };
  return gateway.db.transaction().execute(async (tx) => {
    await upsertMemories(tx, [memory]);
    await supersedeOlder(tx, [memory]);
    return memory;
  });
};

const listActive = async (gateway: Gateway): Promise<[string, string][]> => {
  const { body } = await gateway.get(url);
  return body.memories.map(({ content, polarity }: Record<string, string>) => [content, polarity]).sort();
};

test('likes and dislikes are told apart, in the list and in the context of a request', async () => {
  await using gateway = await gatewayForTest();
  await learn(gateway, 'Prefers: Podman', 1);
  await learn(gateway, 'Avoids: Docker', 2);
  expect(await listActive(gateway)).toEqual([
    ['Avoids: Docker', 'dislike'],
    ['Prefers: Podman', 'like'],
  ]);
  const { body } = await gateway.post('/v1/hypothesize', { user_id: 'ada', input_text: 'deploy api' });
  expect(body.context).toMatchObject({ preferences: ['Podman'], dislikes: ['Docker'] });
});

test.each(['Avoids: Docker', 'no Docker, please', "doesn't like Docker"])(
  'a liking that is corrected to "%s" is a dislike, which no later liking overrules',
  async (content) => {
    await using gateway = await gatewayForTest();
    const { memory_id } = await learn(gateway, 'Prefers: Docker', 1, 'container');
    const { status, body } = await gateway.patch(`${url}/${memory_id}`, { content });
    expect(status).toBe(200);
    expect(body).toMatchObject({ content, polarity: 'dislike', corrected: true });
    await learn(gateway, 'Prefers: Docker', 5, 'container');
    await learn(gateway, 'Prefers: Podman', 6, 'container');
    expect(await listActive(gateway)).toEqual(
      [
        [content, 'dislike'],
        ['Prefers: Podman', 'like'],
      ].sort(),
    );
    const { body: asked } = await gateway.post('/v1/hypothesize', { user_id: 'ada', input_text: 'deploy' });
    expect(asked.context).toMatchObject({ preferences: ['Podman'], dislikes: ['Docker'] });
  },
);

test('a dislike that is corrected to a liking supersedes the other likings of its kind', async () => {
  await using gateway = await gatewayForTest();
  const { memory_id } = await learn(gateway, 'Avoids: React', 1);
  await learn(gateway, 'Prefers: Vue', 2, 'frontend framework');
  await gateway.patch(`${url}/${memory_id}`, { content: 'Prefers: React' });
  expect(await listActive(gateway)).toEqual([['Prefers: React', 'like']]);
});
