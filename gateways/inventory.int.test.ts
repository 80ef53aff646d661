import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';
import { addTeas } from '../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addTeas(harness);
  await harness.pool.query(
    "insert into inventory.warehouses values ('wh-1', 'us-east', 1), ('wh-2', 'us-east', 2)",
  );
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const receipt = { receiptId: 'rcp-1', warehouseId: 'wh-1', sku: 'tea-1', quantity: 40 };
const receive = (change: object = {}, as = 'olga') =>
  harness.call('POST', '/v1/stock/receipts', { as, body: { ...receipt, ...change } });

test('a receipt counts once, however often it comes, and is told with the new level', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => receive()));
  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
    ...Array.from({ length: 9 }, () => 200),
    201,
  ]);
  expect((await receive({ receiptId: 'rcp-2', quantity: 2 })).status).toBe(201);
  expect((await harness.call('GET', '/v1/stock/tea-1', { as: 'anna' })).body).toEqual({
    sku: 'tea-1',
    available: 42,
    warehouses: [{ warehouseId: 'wh-1', onHand: 42, reserved: 0 }],
  });
  const { rows } = await harness.pool.query('select event_id, payload from inventory.outbox order by id');
  expect(rows).toMatchObject([
    { event_id: 'stock/rcp-1', payload: { sku: 'tea-1', warehouseId: 'wh-1', onHand: 40, reserved: 0 } },
    { event_id: 'stock/rcp-2', payload: { onHand: 42 } },
  ]);
});

test.each([
  ['quantity', { quantity: 0 }],
  ['quantity', { quantity: 1e9 }],
  ['sku', { sku: 'none' }],
  ['warehouseId', { warehouseId: 'wh-9' }],
  ['receiptId', { receiptId: '' }],
  ['extra', { extra: 1 }],
])('a receipt with a bad %s is refused', async (field, change) => {
  expect(await receive(change)).toMatchObject({ status: 422, body: { errors: [{ in: 'body', field }] } });
  expect(await harness.countRows()).toMatchObject({
    'inventory.stock': 0,
    'inventory.receipts': 0,
    'inventory.outbox': 0,
  });
});

test.each([
  ['quantity', { quantity: 41 }],
  ['sku', { sku: 'tea-2' }],
  ['warehouse', { warehouseId: 'wh-2' }],
])('the id of a receipt with another %s is refused, and the first one stands', async (_what, change) => {
  expect((await receive()).status).toBe(201);
  expect(await receive(change)).toMatchObject({ status: 409, body: { code: 'receipt-reused' } });
  expect((await receive()).status).toBe(200);
  const { rows } = await harness.pool.query('select sku, on_hand from inventory.stock');
  expect(rows).toMatchObject([{ sku: 'tea-1', on_hand: '40' }]);
});

test('only operators book receipts, and unknown stock is not there', async () => {
  expect((await receive({}, 'anna')).status).toBe(403);
  expect((await harness.call('GET', '/v1/stock/tea-1', { as: 'anna' })).status).toBe(404);
});
