import { ensureInstalled } from './ensure-installed.ts';

/**
 * Sees to it that the queue tests have a redis-server: the one on PATH, or one that apt-get installs for root.
 * Without any, and without REDIS_URL, the run ends here with one sentence.
 */
export async function ensureRedis(): Promise<void> {
  if (process.env['REDIS_URL'] || (await ensureInstalled('redis-server', 'redis-server'))) return;
  process.stderr.write(
    'The queue tests need a redis-server: install it (apt-get install redis-server, brew install redis) or set REDIS_URL.\n',
  );
  process.exit(1);
}
