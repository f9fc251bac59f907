import { expect, test } from 'vitest';
import { erlangC, serversFor, utilisation, waitSeconds } from './queueing.ts';

test.each([
  // One server: the chance to wait is the utilisation. Two and more: tables of Erlang's C formula.
  { servers: 1, load: 0.3, chance: 0.3 },
  { servers: 2, load: 1, chance: 1 / 3 },
  { servers: 5, load: 4, chance: 0.5541 },
  { servers: 10, load: 8, chance: 0.4092 },
])(
  'of $servers servers under $load erlangs all are busy with the chance $chance',
  ({ servers, load, chance }) => {
    expect(erlangC(servers, load)).toBeCloseTo(chance, 4);
  },
);

const loads = [0, 0.1, 0.9, 1, 3.7, 20, 99.5, 1_000];

test.each(loads)('under %d erlangs more servers never mean more waiting', (load) => {
  let before = 1;
  for (let servers = 1; servers <= 1_200; servers += 1) {
    const chance = erlangC(servers, load);
    expect(chance).toBeGreaterThanOrEqual(0);
    expect(chance).toBeLessThanOrEqual(before);
    before = chance;
  }
  expect(before).toBeLessThan(0.001);
});

test('one server waits as M/M/1 does: ρ / (μ − λ)', () => {
  expect(waitSeconds(50, 0.01, 1)).toBeCloseTo(0.5 / (100 - 50), 10);
  expect(waitSeconds(100, 0.01, 1)).toBe(Number.POSITIVE_INFINITY);
});

test('so many servers suffice, and one fewer does not', () => {
  for (const perSecond of [1, 10, 1_000, 100_000])
    for (const serviceSeconds of [0.0001, 0.002, 0.3]) {
      const comfort = { busyAtMost: 0.6, waitSecondsAtMost: 0.005 };
      const suffice = (servers: number) =>
        utilisation(perSecond, serviceSeconds, servers) <= comfort.busyAtMost &&
        waitSeconds(perSecond, serviceSeconds, servers) <= comfort.waitSecondsAtMost;
      const servers = serversFor(perSecond, serviceSeconds, comfort);
      expect(suffice(servers)).toBe(true);
      expect(servers === 1 || !suffice(servers - 1)).toBe(true);
    }
});
