import { expect, test } from 'vitest';
import { type Apps, appsForTest } from './apps.ts';
import { type History, rareText, storeHistory } from './long-texts.ts';

type Headers = Record<string, string>;

async function hypothesize(url: string, headers: Headers, body: object): Promise<number> {
  const response = await fetch(`${url}/v1/hypothesize`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  await response.arrayBuffer();
  return response.status;
}

/** Of an ordinary user's requests one after the other: how long each took, in ms. */
async function measureVictim(url: string, headers: Headers, requests: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < requests; i += 1) {
    const begun = performance.now();
    const status = await hypothesize(url, headers, {
      user_id: `victim-${i % 3}`,
      input_text: 'build an api',
    });
    expect(status).toBe(200);
    times.push(performance.now() - begun);
  }
  return times;
}

function quantile(times: number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
}

const ordinary: Omit<History, 'user_id'> = {
  ...{ tenant_id: 'victim', picks: 40, inputLength: 40, questionLength: 60, questions: 3 },
};
const hostile: Omit<History, 'user_id'> = {
  ...{ tenant_id: 'attacker', picks: 90, inputLength: 8_000, questionLength: 2_000, questions: 10 },
};

async function stage(env: NodeJS.ProcessEnv = {}) {
  const apps: Apps = await appsForTest(env);
  const url = await apps.start('gateway');
  for (const user of [0, 1, 2]) await storeHistory(apps.db, { ...ordinary, user_id: `victim-${user}` });
  for (const user of [0, 1, 2]) await storeHistory(apps.db, { ...hostile, user_id: `attacker-${user}` });
  const [victim, attacker] = [await apps.createKey('app', 'victim'), await apps.createKey('app', 'attacker')];
  return { url, victim, attacker };
}

const bodies = Array.from({ length: 30 }, (_, n) => ({
  user_id: `attacker-${n % 3}`,
  input_text: rareText(8_000),
  candidates: Array.from({ length: 10 }, () => rareText(2_000)),
}));

/** Sends the most costly requests that the API takes, this many at a time, until it is stopped. */
function attack(url: string, headers: Headers, atATime: number) {
  const statuses = new Set<number>();
  let going = true;
  const run = async (_: unknown, n: number) => {
    for (let i = n; going; i += atATime)
      statuses.add(await hypothesize(url, headers, bodies[i % bodies.length] ?? {}));
  };
  const runs = Array.from({ length: atATime }, run);
  return {
    async stop(): Promise<Set<number>> {
      going = false;
      await Promise.all(runs);
      return statuses;
    },
  };
}

/** On a busy machine even an ordinary request takes this long now and then, in ms. */
const noise = 250;

test.each([4, 30])(
  'a tenant whose requests compare long texts, %i at a time, does not keep another waiting',
  {
    timeout: 240_000,
  },
  async (atATime) => {
    const { url, victim, attacker } = await stage();
    await measureVictim(url, victim, 50);
    const [alone, beside]: [number[], number[]] = [[], []];
    const statuses = new Set<number>();
    // In turns, since the machine is not always as fast.
    for (let round = 0; round < 3; round += 1) {
      alone.push(...(await measureVictim(url, victim, 30)));
      const attackers = attack(url, attacker, atATime);
      beside.push(...(await measureVictim(url, victim, 30)));
      for (const status of await attackers.stop()) statuses.add(status);
    }
    expect([...statuses].every((status) => status === 200 || status === 429)).toBe(true);
    expect(quantile(beside, 0.99)).toBeLessThan(2 * Math.max(noise, quantile(alone, 0.99)));
  },
);
