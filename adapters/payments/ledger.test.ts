import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Ledger } from './ledger.ts';

const request = { orderId: 'o1', amountMinor: 500, currency: 'EUR', paymentToken: 'tok_approve' };

test('half a line, left by a kill, is dropped, and the books go on after it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const before = new Ledger(folder);
  const first = before.charge('o1', request, undefined);
  before.close();
  appendFileSync(join(folder, 'ledger.jsonl'), '{"seq":2,"key":"o2","ty');

  const after = new Ledger(folder);
  expect(after.charge('o1', request, undefined)).toEqual({ ...first, outcome: 'repeated' });
  expect(after.charge('o2', { ...request, orderId: 'o2' }, undefined)).toMatchObject({ entry: { seq: 2 } });
  after.close();

  const again = new Ledger(folder);
  expect(again.entries(0, 10).map(({ orderId }) => orderId)).toEqual(['o1', 'o2']);
  expect(readFileSync(join(folder, 'ledger.jsonl'), 'utf8')).not.toContain('tok_');
  again.close();
  rmSync(folder, { recursive: true });
});

test('another key for the same order is a second charge, for an auditor to find', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  const ledger = new Ledger(folder);
  ledger.charge('k1', request, undefined);
  ledger.charge('k2', request, undefined);
  expect(ledger.chargesOf('o1')).toHaveLength(2);
  ledger.close();
  rmSync(folder, { recursive: true });
});
