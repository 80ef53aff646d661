import { expect, test } from 'vitest';
import { exitCodeOf, isAsMeant, isOpen, outcomeOf, type Progress } from './outcome.ts';
import { orderTable, summary } from './table.ts';

const shipped: Progress = {
  label: 'plain',
  expected: 'shipped',
  userId: 'ada',
  lines: [{ sku: 'tea-1', quantity: 1 }],
  paymentToken: 'tok_approve',
  cancel: false,
  orderId: 'ord_use_1234abcd',
  totalMinor: 1250,
  currency: 'USD',
  status: 'shipped',
  stepMs: { OrderStockReserved: 11, OrderConfirmed: 14, OrderPaid: 60, OrderShipped: 90 },
  mailMs: 140,
};
const rejected: Progress = {
  ...shipped,
  expected: 'rejected: out-of-stock',
  status: 'rejected',
  reason: 'out-of-stock',
};
const declinedInstead: Progress = { ...rejected, reason: 'payment-declined' };
const { mailMs: _mailMs, ...withoutMail } = shipped;
const rowsOf = (table: string): readonly string[] =>
  table.split('\n').filter((line) => /^│ +\d+ │/.test(line));

test.each([
  ['shipped', shipped],
  ['rejected: out-of-stock', rejected],
  ['rejected: payment-declined', declinedInstead],
  ['rejected: ?', { ...rejected, reason: undefined } as unknown as Progress],
  ['cancelled', { ...shipped, status: 'cancelled' }],
  ['cancelled', { ...shipped, status: 'refunded' }],
  ['429 Too many', { ...shipped, problem: '429 Too many' }],
])('an order is told as %s', (words, order) => expect(outcomeOf(order)).toBe(words));

test('an order is open until it has ended and its mail has come, or it met a problem', () => {
  expect(isOpen(shipped)).toBe(false);
  expect(isOpen(withoutMail)).toBe(true);
  expect(isOpen({ ...shipped, status: 'paid' })).toBe(true);
  expect(isOpen({ ...withoutMail, status: '', problem: '503 Busy' })).toBe(false);
});

test.each([
  ['another reason than meant', declinedInstead],
  ['shipped where it was to be refused', { ...shipped, expected: 'rejected: fraud-suspected' as const }],
  ['no mail', withoutMail],
  ['still open', { ...shipped, status: 'paid' }],
  ['not taken', { ...shipped, problem: '503 Busy' }],
])('what is not as meant (%s) makes the exit code 1', (_what, order) => {
  expect(isAsMeant(order)).toBe(false);
  expect(exitCodeOf([shipped, order, rejected], 0)).toBe(1);
});

test('all as meant leaves the exit code to the audit, whose own 3 is a 1 here too', () => {
  expect(exitCodeOf([shipped, rejected], 0)).toBe(0);
  for (const audit of [1, 3, undefined]) expect(exitCodeOf([shipped, rejected], audit)).toBe(1);
});

test('the table shows steps, total, outcome and verdict of each order', () => {
  const [first, second, third] = rowsOf(
    orderTable([shipped, declinedInstead, { ...shipped, status: 'paid' }]),
  );
  expect(cellsOf(first)).toEqual([
    '1',
    '…1234abcd',
    'plain',
    '12.50 USD',
    '11',
    '14',
    '60',
    '90',
    '140',
    'shipped',
    '✔',
  ]);
  expect(cellsOf(second).slice(-2)).toEqual([
    'rejected: payment-declined',
    '✖ meant: rejected: out-of-stock',
  ]);
  expect(cellsOf(third).slice(-2)).toEqual(['paid', '…']);
});

test('the summary counts those that ended, and those that ended as they were meant to', () => {
  const orders = [shipped, declinedInstead, withoutMail];
  expect(summary(orders)).toBe('2 of 3 orders ended, 1 as they were meant to.');
  expect(orderTable(orders)).toContain(summary(orders));
});

const cellsOf = (row = ''): readonly string[] =>
  row
    .split('│')
    .slice(1, -1)
    .map((cell) => cell.trim());
