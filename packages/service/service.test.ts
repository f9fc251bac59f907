import { pino } from 'pino';
import { expect, it, onTestFinished, vi } from 'vitest';
import { processMetrics } from './observability/metrics.ts';
import { createService, ResourceStack } from './service.ts';

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

it('knows of its shutdown before anything is closed', async () => {
  const lifetime = new ResourceStack();
  const aborted: boolean[] = [lifetime.signal.aborted];
  lifetime.use({ [Symbol.asyncDispose]: async () => void aborted.push(lifetime.signal.aborted) }, 'one');
  await lifetime.close(1000, () => {});
  expect(aborted).toEqual([false, true]);
  expect(lifetime.signal.reason).toEqual(new Error('The process is shutting down.'));
});

it('keeps no timer once all is closed', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  await new ResourceStack().close(1000, () => {});
  expect(vi.getTimerCount()).toBe(0);
});

class Server {
  async [Symbol.asyncDispose]() {}
}

function createTrial() {
  const lines: { level: number; msg: string }[] = [];
  const log = pino({}, { write: (line) => void lines.push(JSON.parse(line)) });
  const lifetime = new ResourceStack();
  const stop = vi.fn();
  onTestFinished(() => {
    process.exitCode = undefined;
  });
  const createLogger = vi.fn(() => log);
  const logs = { createLogger, flush: async () => undefined };
  const service = createService('trial', { port: 1 }, { logs, lifetime, stop, metrics: processMetrics() });
  return { service, lifetime, lines, stop, createLogger };
}

it('names what it opened after itself, by its label or its class', async () => {
  const { service, lifetime, createLogger } = createTrial();
  expect(createLogger.mock.calls).toEqual([['trial']]);
  service.use(new Server());
  service.use({ [Symbol.asyncDispose]: () => new Promise(() => {}) }, 'queue');
  await expect(lifetime.close(10, () => {})).rejects.toThrow('trial queue, trial Server.');
});

it('that fails says so, stops, and exits with 1; of a failure during the shutdown it says nothing', async () => {
  const { service, lifetime, lines, stop } = createTrial();
  service.fail(new Error('wedged'));
  expect(lines).toMatchObject([{ level: 60, msg: 'service_failed', err: { message: 'wedged' } }]);
  expect([process.exitCode, stop.mock.calls.length]).toEqual([1, 1]);
  process.exitCode = undefined;
  await lifetime.close(1000, () => {});
  service.fail(new Error('late'));
  expect([process.exitCode, stop.mock.calls.length, lines.length]).toEqual([1, 2, 1]);
});

function noting(name: string, closed: string[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      closed.push(name);
    },
  };
}
