import type { Pool } from 'pg';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OrderLine } from '../../domain/inventory/allocation.ts';
import type { StockCommand, StockDecision } from '../../domain/inventory/inventory.ts';
import { TransientError } from '../../platform/errors.ts';
import type { PlacedStockCommand } from '../../platform/ports/stock.ts';
import { openTestDatabase, rowsScanned, type TestDatabase } from '../../scripts/test-database.ts';
import { sharedStack } from '../../scripts/testing/shared-stack.ts';
import { createStockLevels } from './stock-levels.ts';
import { lockReservationsStatement, lockRowsStatement } from './stock.ts';
import { createTransactions } from './transactions.ts';

const partitions = 12;
const warehouseIds = ['w1', 'w2'];

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await openTestDatabase(sharedStack);
  ({ pool } = database);
}, 180_000);
afterAll(() => database?.close(), 60_000);
beforeEach(() => pool.query('truncate inventory.stock, inventory.reservations, inventory.receipts'));

const bucketOfOrder = (orderId: string): number => Number(/\d+$/.exec(orderId)?.[0] ?? 0) % partitions;
const placed = (command: StockCommand): PlacedStockCommand => ({
  bucket: 'orderId' in command ? bucketOfOrder(command.orderId) : 0,
  command,
});
const reserve = (orderId: string, ...lines: readonly OrderLine[]) =>
  placed({ type: 'ReserveStock', orderId, lines, warehouseIds });
const on = (type: 'CommitStock' | 'ReleaseStock' | 'ReturnStock', orderId: string) =>
  placed({ type, orderId });
const receive = (receiptId: string, warehouseId: string, sku: string, quantity: number) =>
  placed({ type: 'ReceiveStock', receiptId, warehouseId, sku, quantity });

/** As a worker does: a batch that met another transaction is decided again. */
async function decide(...commands: readonly PlacedStockCommand[]): Promise<readonly StockDecision[]> {
  for (;;) {
    try {
      return await createTransactions(pool, { partitions }).run('inventory', ({ stock }) =>
        stock.decideAll(commands),
      );
    } catch (error) {
      if (!(error instanceof TransientError && error.code === 'postgres-contended')) throw error;
    }
  }
}

const outcomes = (decisions: readonly StockDecision[]): readonly string[] =>
  decisions.map((decision) =>
    decision.accepted ? decision.events.map(({ type }) => type).join() || 'nothing' : decision.reason,
  );
const levels = async (...skus: readonly string[]) =>
  (await createStockLevels(pool, { region: 'us-east' }).levels(skus)).map(
    ({ sku, warehouseId, onHand, reserved }) => `${sku}@${warehouseId} ${reserved}/${onHand}`,
  );

test('200 buyers that race for 100 units get 100, whatever the order of their batches', async () => {
  await decide(receive('r1', 'w1', 'a', 60), receive('r2', 'w2', 'a', 40), receive('r3', 'w1', 'b', 1000));
  const commands = Array.from({ length: 200 }, (_, n) =>
    n % 2 === 0
      ? reserve(`order${n}`, { sku: 'a', quantity: 1 }, { sku: 'b', quantity: 1 }, { sku: 'b', quantity: 1 })
      : reserve(`order${n}`, { sku: 'b', quantity: 2 }, { sku: 'a', quantity: 1 }),
  );
  const batches = Array.from({ length: 8 }, (_, n) => commands.filter((__, index) => index % 8 === n));
  // Every batch comes twice, as after a rebalance, and the second time backwards.
  const results = await Promise.all(
    [...batches, ...batches.map((batch) => batch.toReversed())].map((batch) => decide(...batch)),
  );
  const all = results.flatMap(outcomes);
  expect(all.filter((outcome) => outcome === 'StockReserved')).toHaveLength(100);
  expect(all.filter((outcome) => outcome === 'StockRefused')).toHaveLength(100);
  expect(all.filter((outcome) => outcome === 'nothing')).toHaveLength(200);
  expect(await levels('a', 'b')).toEqual(['a@w1 60/60', 'a@w2 40/40', 'b@w1 200/1000']);
  const { rows } = await pool.query(
    'select status, count(*)::int from inventory.reservations group by status order by 1',
  );
  expect(rows).toEqual([
    { status: 'held', count: 100 },
    { status: 'refused', count: 100 },
  ]);
});

test('a repeated batch changes nothing, and every step of an order counts once', async () => {
  const batch = [
    receive('r1', 'w1', 'a', 10),
    reserve('order1', { sku: 'a', quantity: 2 }, { sku: 'a', quantity: 1 }),
    reserve('order2', { sku: 'a', quantity: 4 }),
    on('CommitStock', 'order1'),
    on('ReleaseStock', 'order2'),
  ];
  expect(outcomes(await decide(...batch))).toEqual([
    'StockReceived',
    'StockReserved',
    'StockReserved',
    'StockCommitted',
    'StockReleased',
  ]);
  expect(await levels('a')).toEqual(['a@w1 0/7']);
  const before = await pool.query('select * from inventory.reservations order by order_id');
  expect(outcomes(await decide(...batch))).toEqual(['nothing', 'nothing', 'nothing', 'nothing', 'nothing']);
  expect(await levels('a')).toEqual(['a@w1 0/7']);
  expect((await pool.query('select * from inventory.reservations order by order_id')).rows).toEqual(
    before.rows,
  );
  expect(outcomes(await decide(on('ReturnStock', 'order1'), on('ReturnStock', 'order1')))).toEqual([
    'StockReturned',
    'nothing',
  ]);
  expect(await levels('a')).toEqual(['a@w1 0/10']);
});

test('steps in later batches find the units of their order without naming its SKUs', async () => {
  await decide(receive('r1', 'w1', 'a', 5), receive('r2', 'w2', 'b', 5));
  await decide(reserve('order1', { sku: 'a', quantity: 2 }, { sku: 'b', quantity: 3 }));
  expect(await levels('a', 'b')).toEqual(['a@w1 2/5', 'b@w2 3/5']);
  expect(outcomes(await decide(on('ReleaseStock', 'order1')))).toEqual(['StockReleased']);
  expect(await levels('a', 'b')).toEqual(['a@w1 0/5', 'b@w2 0/5']);
});

test('an order that was cancelled before its reservation came reserves nothing', async () => {
  await decide(receive('r1', 'w1', 'a', 5));
  expect(outcomes(await decide(on('ReleaseStock', 'order1')))).toEqual(['StockReleased']);
  expect(outcomes(await decide(reserve('order1', { sku: 'a', quantity: 1 })))).toEqual(['nothing']);
  expect(await levels('a')).toEqual(['a@w1 0/5']);
});

test('of a reservation and a release at once one comes first, and no unit is lost', async () => {
  await decide(receive('r1', 'w1', 'a', 1000));
  const ids = Array.from({ length: 40 }, (_, n) => `order${n}`);
  await Promise.all(
    ids.flatMap((id) => [decide(reserve(id, { sku: 'a', quantity: 3 })), decide(on('ReleaseStock', id))]),
  );
  expect(await levels('a')).toEqual(['a@w1 0/1000']);
  const { rows } = await pool.query('select distinct status from inventory.reservations');
  expect(rows).toEqual([{ status: 'released' }]);
});

test('receipts that make the same row at once add up, and a repeated one does not', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => decide(receive(`r${n % 10}`, 'w1', 'new', 5))));
  expect(await levels('new')).toEqual(['new@w1 0/50']);
});

test('the warehouses of the own region come first, and held units can be found by age', async () => {
  await pool.query(
    `insert into inventory.warehouses values ('far', 'eu-central', 1), ('second', 'us-east', 9), ('first', 'us-east', 3)`,
  );
  const stockLevels = createStockLevels(pool, { region: 'us-east' });
  expect(await stockLevels.warehouses()).toEqual(['first', 'second', 'far']);
  await decide(receive('r1', 'w1', 'a', 5), reserve('order1', { sku: 'a', quantity: 1 }));
  await decide(reserve('order2', { sku: 'a', quantity: 1 }), on('CommitStock', 'order2'));
  const held = await stockLevels.heldSince(new Date(Date.now() + 60_000), 10);
  expect(held.map(({ bucket, orderId }) => ({ bucket, orderId }))).toEqual([
    { bucket: 1, orderId: 'order1' },
  ]);
  expect(await stockLevels.heldSince(new Date(0), 10)).toEqual([]);
});

test('a batch reads its own rows only, however many others there are', async () => {
  await pool.query(`insert into inventory.stock select w, 's' || n, 5, 0
    from generate_series(1, 10000) n, unnest(array['w1', 'w2']) w`);
  await pool.query(`insert into inventory.reservations (bucket, order_id, status, allocations)
    select n % 12, 'order' || n, 'held', jsonb_build_array(jsonb_build_object('sku', 's' || n, 'warehouseId', 'w1', 'quantity', 1))
    from generate_series(1, 20000) n`);
  const orders = Array.from({ length: 100 }, (_, n) => `order${n * 90 + 1}`);
  const keys = [orders.map(bucketOfOrder), orders];
  const skus = Array.from({ length: 50 }, (_, n) => `s${n * 7 + 2000}`);
  for (const statistics of [false, true]) {
    if (statistics) await pool.query('analyze inventory.reservations, inventory.stock');
    expect(await rowsScanned(pool, 'reservations', lockReservationsStatement, keys)).toBe(100);
    expect(await rowsScanned(pool, 'stock', lockRowsStatement, [skus, ...keys])).toBeLessThanOrEqual(300);
    expect(await rowsScanned(pool, 'reservations', lockRowsStatement, [skus, ...keys])).toBe(100);
  }
});
