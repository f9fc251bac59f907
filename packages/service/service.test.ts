import { expect, it } from 'vitest';
import { ResourceStack } from './service.ts';

it('closes in reverse order, past what fails to close', async () => {
  const closed: string[] = [];
  const failed: string[] = [];
  const lifetime = new ResourceStack();
  lifetime.use(noting('first', closed), 'first');
  lifetime.use({ [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) }, 'broken');
  lifetime.use(noting('last', closed), 'last');
  await lifetime.close(1000, (error, name) => failed.push(`${name}: ${error}`));
  expect(closed).toEqual(['last', 'first']);
  expect(failed).toEqual(['broken: Error: stuck']);
});

it('names, after the deadline, what is still open', async () => {
  const lifetime = new ResourceStack();
  lifetime.use(noting('first', []), 'first');
  lifetime.use({ [Symbol.asyncDispose]: () => new Promise(() => {}) }, 'queue');
  lifetime.use(noting('last', []), 'last');
  await expect(lifetime.close(50, () => {})).rejects.toThrow('Not closed within 0.05 s: queue, first.');
});

it('closes at once what is opened after the shutdown has begun, and throws', async () => {
  const closed: string[] = [];
  const lifetime = new ResourceStack();
  lifetime.use(
    {
      async [Symbol.asyncDispose]() {
        expect(() => lifetime.use(noting('late', closed), 'late')).toThrow('shutting down');
      },
    },
    'opener',
  );
  await lifetime.close(1000, (error) => closed.push(String(error)));
  expect(closed).toEqual(['late']);
});

function noting(name: string, closed: string[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      closed.push(name);
    },
  };
}
