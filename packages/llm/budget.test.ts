import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBudget } from './budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-11-22T10:30:00Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

const prices = { input: 2, output: 10 };
/** A budget, asked for calls of so many tokens of a prompt. */
function budgetOf(limits: { tokensPerHour?: number; costPerDay?: number }) {
  const budget = createBudget({ tokensPerHour: 0, costPerDay: 0, ...limits });
  return (tenant: string, prompt: number, completion = 0) => {
    const reserved = budget.reserve(tenant, { prompt, completion }, prices);
    if (typeof reserved === 'string') return { refused: reserved, settle: () => undefined };
    return { refused: null, settle: (used: number) => reserved.settle({ prompt: used, completion: 0 }) };
  };
}

test('a tenant gets what its hour holds, and the others keep theirs', () => {
  const reserve = budgetOf({ tokensPerHour: 100 });
  expect(reserve('a', 40, 20).refused).toBeNull();
  expect(reserve('a', 40, 20).refused).toBe('over_budget');
  expect(reserve('b', 60).refused).toBeNull();
});

test('settling replaces the estimate', () => {
  const reserve = budgetOf({ tokensPerHour: 100 });
  reserve('a', 90).settle(10);
  expect(reserve('a', 90).refused).toBeNull();
  expect(reserve('a', 1).refused).toBe('over_budget');
});

test('a new hour begins at nothing, whatever is settled of the old one', () => {
  const reserve = budgetOf({ tokensPerHour: 100 });
  const old = reserve('a', 100);
  vi.setSystemTime(new Date('2026-11-22T11:00:00Z'));
  expect(reserve('a', 100).refused).toBeNull();
  old.settle(0);
  expect(reserve('a', 1).refused).toBe('over_budget');
});

test('a day costs what it may, each kind of token at its price', () => {
  const reserve = budgetOf({ costPerDay: 1 });
  expect(reserve('a', 250_000, 50_000).refused).toBeNull();
  expect(reserve('a', 1).refused).toBe('over_cost');
  expect(reserve('b', 500_000).refused).toBeNull();
  vi.setSystemTime(new Date('2026-11-22T23:59:00Z'));
  expect(reserve('a', 1).refused).toBe('over_cost');
  vi.setSystemTime(new Date('2026-11-23T00:00:00Z'));
  expect(reserve('a', 500_000).refused).toBeNull();
});

test('settling gives money back', () => {
  const reserve = budgetOf({ costPerDay: 1 });
  reserve('a', 500_000).settle(100_000);
  expect(reserve('a', 400_000).refused).toBeNull();
});

test('what a call does not get for want of money takes no tokens either', () => {
  const reserve = budgetOf({ tokensPerHour: 1_000_000, costPerDay: 1 });
  expect(reserve('a', 800_000).refused).toBe('over_cost');
  expect(reserve('a', 500_000).refused).toBeNull();
});

test('zero sets no limit', () => {
  expect(budgetOf({})('a', 1e12).refused).toBeNull();
});
