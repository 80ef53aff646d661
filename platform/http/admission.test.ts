import { expect, test } from 'vitest';
import { createAdmission } from './admission.ts';

const admissionAt = (oldestOutboxMs: number, openOrders: number) =>
  createAdmission({ read: () => ({ oldestOutboxMs, openOrders }) }, { openOrders: 100 })();

test.each([
  [0, 0],
  [2000, 100],
])('takes orders at an outbox age of %i ms and %i open ones', (age, open) => {
  expect(admissionAt(age, open)).toBeUndefined();
});

test.each([
  [2001, 0],
  [0, 101],
])('refuses politely at an outbox age of %i ms and %i open ones', (age, open) => {
  expect(admissionAt(age, open)).toMatchObject({
    status: 503,
    headers: { 'retry-after': '2' },
    problem: { code: 'overloaded' },
  });
});
