import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { freePort } from '@learning-loop/embedded-postgres/free-port';
import { until } from 'standalone/demo/wait';
import type { Fault } from '../fault.ts';
import { startLoad } from '../harness/load.ts';
import { describeUnexpected } from '../harness/measure.ts';
import { killProcess, startProcess } from '../harness/process.ts';
import { askRedis, startRedis } from '../harness/redis-server.ts';

const FAILOVER_MS = 60_000;
const READY_MS = 30_000;

export const sentinelFailover: Fault = {
  number: 5,
  name: 'Redis failover through Sentinel, twice',
  needs: ['redis-sentinel'],
  async run({ size, start, directory, use }) {
    const first = await startRedis(path.join(directory, 'redis'));
    const follow = ['--replicaof', '127.0.0.1', String(first.port)];
    const second = use(await startRedis(path.join(directory, 'replica'), { settings: follow }));
    const sentinels = await Promise.all([1, 2, 3].map((n) => startSentinel(directory, n, first.port)));
    for (const { running } of sentinels) use({ [Symbol.asyncDispose]: () => killProcess(running) });
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const system = await start({ redis: first, redisUrl: () => `redis+sentinel://${hosts}/main` });
    await system.ready();
    const load = startLoad(system.urls, { perSecond: size.short ? 100 : 200 });
    let recoveryMs = 0;
    for (const [n, [dying, next]] of [[first, second] as const, [second, first] as const].entries()) {
      await load.reached((size.selections * (n + 0.5)) / 2.5);
      await untilFollowed(dying.port);
      await dying.kill();
      await untilMaster(sentinels[0]?.port ?? 0, next.port);
      recoveryMs = Math.max(recoveryMs, await system.caughtUp());
      // It returns as the other's replica.
      await dying.start();
    }
    await load.reached(size.selections);
    await load.stop();
    const notes = 'the master killed, its replica promoted; then the other way round';
    return {
      system,
      accepted: load.accepted,
      recoveryMs,
      notes,
      broken: describeUnexpected(load.attempts, [200]),
    };
  },
};

async function startSentinel(directory: string, n: number, masterPort: number) {
  const port = await freePort();
  const place = path.join(directory, `sentinel-${n}`);
  await mkdir(place);
  const settings = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${place}`,
    `sentinel monitor main 127.0.0.1 ${masterPort} 2`,
    'sentinel down-after-milliseconds main 2000',
    'sentinel failover-timeout main 6000',
  ];
  await writeFile(path.join(place, 'sentinel.conf'), `${settings.join('\n')}\n`);
  const running = startProcess(['redis-sentinel', path.join(place, 'sentinel.conf')], {
    cwd: place,
    log: path.join(place, 'sentinel.log'),
  });
  const knowsAll = async () => {
    const answer = await askRedis(port, ['SENTINEL', 'CKQUORUM', 'main']).catch(() => '');
    return answer.startsWith('+OK') || n < 3 ? true : null;
  };
  await until(knowsAll, READY_MS, 'The sentinels do not find each other.');
  return { port, running };
}

/** A replica that is still syncing cannot take over. */
async function untilFollowed(masterPort: number): Promise<void> {
  const online = async () => {
    const answer = await askRedis(masterPort, ['INFO', 'replication']).catch(() => '');
    return /state=online/.test(answer) ? true : null;
  };
  await until(online, READY_MS, 'The replica does not follow.');
}

async function untilMaster(sentinelPort: number, port: number): Promise<void> {
  const promoted = async () => {
    const answer = await askRedis(sentinelPort, ['SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main']).catch(
      () => '',
    );
    return answer.includes(String(port)) ? true : null;
  };
  await until(promoted, FAILOVER_MS, 'The sentinels do not promote the replica.');
}
