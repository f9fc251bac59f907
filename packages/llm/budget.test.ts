import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBudget } from './budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T10:30:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a tenant gets what its hour holds, and the others keep theirs', () => {
  const budget = createBudget(100);
  expect(budget.reserve('a', 60)).not.toBeNull();
  expect(budget.reserve('a', 60)).toBeNull();
  expect(budget.reserve('b', 60)).not.toBeNull();
});

test('settling replaces the estimate', () => {
  const budget = createBudget(100);
  budget.reserve('a', 90)?.settle(10);
  expect(budget.reserve('a', 90)).not.toBeNull();
  expect(budget.reserve('a', 1)).toBeNull();
});

test('a new hour begins at nothing, whatever is settled of the old one', () => {
  const budget = createBudget(100);
  const old = budget.reserve('a', 100);
  vi.setSystemTime(new Date('2026-11-22T11:00:00Z'));
  expect(budget.reserve('a', 100)).not.toBeNull();
  old?.settle(0);
  expect(budget.reserve('a', 1)).toBeNull();
});

test('zero sets no limit', () => {
  expect(createBudget(0).reserve('a', 1e12)).not.toBeNull();
});
