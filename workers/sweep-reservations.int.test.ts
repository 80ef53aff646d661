import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createStockLevels } from '../adapters/postgres/stock-levels.ts';
import { createTransactions } from '../adapters/postgres/transactions.ts';
import { bucketOf, orderIdOf } from '../domain/ids.ts';
import type { OrderCommand } from '../domain/order/order-commands.ts';
import { sampleCommands } from '../domain/order/order-samples.ts';
import type { StockCommand } from '../domain/inventory/inventory.ts';
import { decideAll } from '../platform/decide-all.ts';
import type { StockLevels } from '../platform/ports/stock.ts';
import type { Transactions } from '../platform/ports/transactions.ts';
import { orderStream } from '../platform/streams/order-stream.ts';
import { customer, startWorkerHarness, type WorkerHarness } from '../scripts/testing/worker-harness.ts';
import { reserveStock } from './reserve-stock.ts';
import { sweepReservations } from './sweep-reservations.ts';

const hourMs = 60 * 60_000;
const received = 2000;
const skus = sampleCommands.PlaceOrder.lines.map(({ sku }) => sku);
type Steps = readonly OrderCommand['type'][];
const paid: Steps = ['RecordStockReserved', 'RecordFraudCleared', 'RecordPaymentCaptured'];
const shipped: Steps = [...paid, 'ShipOrder'];
const returned: Steps = [...shipped, 'DeliverOrder', 'ReturnOrder'];

let harness: WorkerHarness;
let stockLevels: StockLevels;
let transactions: Transactions;

beforeAll(async () => {
  harness = await startWorkerHarness();
  stockLevels = createStockLevels(harness.pool, { region: 'us-east' });
  transactions = createTransactions(harness.pool, harness.tools);
  await harness.pool.query(
    `insert into inventory.warehouses (warehouse_id, region, priority) values ('w1', 'us-east', 1)`,
  );
}, 180_000);
afterAll(() => harness?.close(), 60_000);
beforeEach(fillShelves);

async function fillShelves(): Promise<void> {
  await harness.pool.query(
    'truncate inventory.stock, inventory.reservations, inventory.receipts, inventory.outbox',
  );
  await decideStock(
    skus.map((sku) => ({
      type: 'ReceiveStock',
      receiptId: `first/${sku}`,
      warehouseId: 'w1',
      sku,
      quantity: received,
    })),
  );
}

async function decideStock(commands: readonly StockCommand[]): Promise<void> {
  const { partitions } = harness.tools;
  await transactions.run('inventory', ({ stock }) =>
    stock.decideAll(
      commands.map((command) => ({
        bucket: bucketOf('orderId' in command ? command.orderId : command.sku, partitions),
        command,
      })),
    ),
  );
}

function hold(...orderIds: readonly string[]): Promise<void> {
  const lines = [{ sku: skus[0]!, quantity: 1 }];
  return decideStock(
    orderIds.map((orderId) => ({ type: 'ReserveStock', orderId, lines, warehouseIds: ['w1'] })),
  );
}

const age = (ms: number) =>
  harness.pool.query(`update inventory.reservations set reserved_at = now() - $1 * interval '1 ms'`, [ms]);

function sweep(own: StockLevels = stockLevels): Promise<void> {
  return sweepReservations.run({
    ...harness.shared,
    ...harness.tools,
    stockLevels: own,
    now: new Date(),
    beat: () => undefined,
    transaction: (service, work) => transactions.run(service, work),
  });
}

async function statusOf(orderId: string): Promise<string | undefined> {
  const { rows } = await harness.pool.query<{ status: string }>(
    'select status from inventory.reservations where order_id = $1',
    [orderId],
  );
  return rows[0]?.status;
}

async function messages(): Promise<readonly object[]> {
  const { rows } = await harness.pool.query<{ type: string; key: string; lines: object }>(
    `select type, key, payload -> 'lines' as lines from inventory.outbox order by id`,
  );
  return rows;
}

/** What became of an order's units: the shelves, its reservation, and what others were told. */
async function outcomeOf(orderId: string): Promise<object> {
  const told = (await messages()).map((message) => ({ ...message, key: 'the order' }));
  return { stock: await stockLevels.levels(skus), status: await statusOf(orderId), told };
}

test.for<[happened: string, lost: string, status: string, steps: Steps]>([
  ['rejected', 'OrderRejected', 'released', ['RecordFraudRejected']],
  [
    'rejected, charged late and refunded',
    'OrderRejected',
    'released',
    ['RecordFraudRejected', 'RecordPaymentCaptured', 'RecordRefund'],
  ],
  ['cancelled', 'OrderCancelled', 'released', ['CancelOrder']],
  [
    'cancelled after it was paid, and refunded',
    'OrderCancelled',
    'released',
    [...paid, 'CancelOrder', 'RecordRefund'],
  ],
  ['shipped', 'OrderShipped', 'committed', shipped],
  ['delivered', 'OrderShipped', 'committed', [...shipped, 'DeliverOrder']],
  ['returned', 'OrderShipped', 'returned', returned],
  ['returned and refunded', 'OrderShipped', 'returned', [...returned, 'RecordRefund']],
])(
  'the units of an order that was %s end as they do without a dead letter (%s)',
  async ([, lost, status, steps]) => {
    const worker = await harness.run(reserveStock, { stockLevels });
    const asUsual = await harness.order(hourMs, steps);
    await worker.deliver(await harness.published());
    const wanted = await outcomeOf(asUsual);
    expect(worker.letters).toEqual([]);

    await fillShelves();
    const orderId = await harness.order(hourMs, steps);
    await worker.deliver((await harness.published()).filter(({ type }) => type !== lost));
    expect(await statusOf(orderId)).toBe('held');
    await age(hourMs);
    await sweep();
    expect(await statusOf(orderId)).toBe(status);
    expect(await outcomeOf(orderId)).toEqual(wanted);
  },
);

test('the units of an order that never came to be go back, and nobody is told', async () => {
  const orderId = orderIdOf(customer, 'never placed');
  await hold(orderId);
  await age(hourMs);
  await sweep();
  expect(await statusOf(orderId)).toBe('released');
  expect((await stockLevels.levels(skus)).map(({ onHand, reserved }) => [onHand, reserved])).toEqual(
    skus.map(() => [received, 0]),
  );
  expect(await messages()).toEqual([]);
});

test('what is young, or on its way, is left alone', async () => {
  const cancelled = await harness.order(hourMs, ['CancelOrder']);
  const onTheirWay = [
    await harness.order(hourMs, []),
    await harness.order(hourMs, paid.slice(0, 2)),
    await harness.order(hourMs, paid),
  ];
  await hold(cancelled, ...onTheirWay);
  await age(29 * 60_000);
  await sweep();
  expect(await statusOf(cancelled)).toBe('held');
  await age(31 * 60_000);
  await sweep();
  expect(await statusOf(cancelled)).toBe('released');
  for (const orderId of onTheirWay) expect(await statusOf(orderId)).toBe('held');
});

const idsOf = (count: number, kind: string) =>
  Array.from({ length: count }, (_, n) => orderIdOf(customer, `${kind} ${n}`));

test('looks at more than one page, and past those that it leaves alone', async () => {
  const [onTheirWay, neverPlaced] = [idsOf(600, 'placed'), idsOf(600, 'never placed')];
  const at = new Date().toISOString();
  const place = onTheirWay.map((orderId) => ({
    command: { ...sampleCommands.PlaceOrder, orderId, userId: customer, at },
  }));
  await decideAll(harness.shared.orders, orderStream, place, harness.tools.partitions);
  await hold(...onTheirWay, ...neverPlaced);
  await age(hourMs);
  await sweep();
  const { rows } = await harness.pool.query<{ order_id: string }>(
    `select order_id from inventory.reservations where status = 'held'`,
  );
  expect(rows.map((row) => row.order_id).toSorted()).toEqual(onTheirWay.toSorted());
});

test('says once that units are released, however often and however many sweep', async () => {
  const orderId = await harness.order(hourMs, ['CancelOrder']);
  await hold(orderId);
  await age(hourMs);
  const held = await stockLevels.heldSince(new Date(), 10);
  expect(held).toMatchObject([{ orderId }]);
  // Each of them has read it before another one settles it.
  const sweepHeld = () => sweep({ ...stockLevels, heldSince: () => Promise.resolve(held) });
  await Promise.all([sweepHeld(), sweepHeld()]);
  await sweepHeld();
  await sweep();
  expect(await messages()).toEqual([
    {
      type: 'StockReleased',
      key: orderId,
      lines: [{ sku: skus[0], quantity: 1, warehouseId: 'w1' }],
    },
  ]);
});
