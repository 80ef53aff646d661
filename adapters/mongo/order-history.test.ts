import {
  MongoBulkWriteError,
  type AnyBulkWriteOperation,
  type BulkWriteResult,
  type Db,
  type WriteError,
} from 'mongodb';
import { expect, test } from 'vitest';
import type { HistoryChange } from '../../platform/ports/order-history.ts';
import { createOrderHistory } from './order-history.ts';

const duplicate = 11_000;
const tooLarge = 10_334;

const change = (orderId: string): HistoryChange => ({
  orderId,
  userId: 'u',
  events: [
    {
      version: 1,
      type: 'OrderPlaced',
      at: '2026-01-01T00:00:00.000Z',
      data: { currency: 'EUR', totalMinor: 500, lines: [] },
    },
  ],
});

/** A database whose bulk writes are refused like this, one after the other, and then taken. */
function historyRefusedBy(...refusals: readonly { readonly index: number; readonly code: number }[][]) {
  const left = [...refusals];
  const bulks: string[][] = [];
  const bulkWrite = async (operations: readonly AnyBulkWriteOperation[]): Promise<unknown> => {
    bulks.push(operations.map((operation) => Object.keys(operation)[0]!));
    const writeErrors = left.shift();
    if (!writeErrors) return {};
    const { code } = writeErrors[0]!;
    throw new MongoBulkWriteError(
      { message: 'refused', code, writeErrors: writeErrors as unknown as WriteError[] },
      {} as BulkWriteResult,
    );
  };
  const database = { client: { connect: async () => undefined }, collection: () => ({ bulkWrite }) };
  return { history: createOrderHistory(database as unknown as Db), bulks };
}

test('only those orders become upserts that are there already', async () => {
  const { history, bulks } = historyRefusedBy([{ index: 1, code: duplicate }]);
  await history.apply(['a', 'b', 'c'].map(change));
  expect(bulks).toEqual([['insertOne', 'insertOne', 'insertOne'], ['updateOne']]);
});

test('a document that is refused beside known orders says why by itself', async () => {
  const { history, bulks } = historyRefusedBy(
    [
      { index: 0, code: duplicate },
      { index: 2, code: tooLarge },
    ],
    [{ index: 1, code: tooLarge }],
  );
  await expect(history.apply(['a', 'b', 'c'].map(change))).rejects.toMatchObject({
    name: 'PermanentError',
    details: { mongoCode: tooLarge },
  });
  expect(bulks[1]).toEqual(['updateOne', 'updateOne']);
});

test('what is refused for ever as a duplicate ends as an error', async () => {
  const again = [{ index: 0, code: duplicate }];
  const { history, bulks } = historyRefusedBy(again, again, again);
  await expect(history.apply([change('a')])).rejects.toMatchObject({ details: { mongoCode: duplicate } });
  expect(bulks).toHaveLength(3);
});
