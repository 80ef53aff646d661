import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { cart } from '../../contracts/http/orders.ts';
import { startGateways, type GatewayHarness } from '../../scripts/testing/gateway-harness.ts';
import { addProducts, goodOrder } from '../../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addProducts(harness);
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const read = (headers = {}, as = 'anna') => harness.call('GET', '/v1/cart', { as, headers });
const put = (sku: string, quantity: unknown, headers = {}) =>
  harness.call('PUT', `/v1/cart/items/${sku}`, { as: 'anna', body: { quantity }, headers });

test('is filled, changed and emptied, guarded by its version', async () => {
  expect(await read()).toMatchObject({ status: 200, body: { version: 0, lines: [] } });
  const { headers, body } = await put('tea-1', 2);
  expect(body).toEqual({ version: 1, lines: [{ sku: 'tea-1', quantity: 2 }] });
  const tag = headers.get('etag') ?? '';
  expect((await read({ 'if-none-match': tag })).status).toBe(304);
  expect((await put('cup-1', 1, { 'if-match': tag })).status).toBe(200);
  expect(await put('cup-1', 3, { 'if-match': tag })).toMatchObject({
    status: 412,
    body: { code: 'version-mismatch', errors: [{ field: 'If-Match' }] },
  });
  expect((await put('cup-1', 3, { 'if-match': 'nonsense' })).status).toBe(412);
  const removed = await harness.call('DELETE', '/v1/cart/items/tea-1', { as: 'anna' });
  expect(removed.body).toEqual({ version: 3, lines: [{ sku: 'cup-1', quantity: 1 }] });
  expect((await read({}, 'bert')).body).toMatchObject({ lines: [] });
});

test('is filled by many requests at once without losing one', async () => {
  const answers = await Promise.all(['tea-1', 'cup-1', 'old-1', 'eur-1'].map((sku) => put(sku, 1)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const { version, lines } = cart.parse((await read()).body);
  expect([version, lines.length]).toEqual([4, 4]);
});

test.each([0, -1, 1.5, 1e9, '1', null])('takes no quantity of %s', async (quantity) => {
  expect(await put('tea-1', quantity)).toMatchObject({
    status: 422,
    body: { errors: [{ field: 'quantity' }] },
  });
  expect(await harness.countRows()).toMatchObject({ 'users.carts': 0 });
});

test.each(['none', '%00', 'a%20b', 'x'.repeat(65)])('takes no SKU %s', async (sku) => {
  const errors = [{ in: 'path', field: 'sku' }];
  expect(await put(sku, 1)).toMatchObject({ status: 422, body: { errors } });
  expect(await harness.countRows()).toMatchObject({ 'users.carts': 0 });
});

test('becomes an order, and a repeated request finds it although the cart is empty', async () => {
  await put('tea-1', 2);
  const body = { ...goodOrder, lines: undefined, fromCart: true };
  const headers = { 'idempotency-key': 'cart' };
  const place = () => harness.call('POST', '/v1/orders', { as: 'anna', body, headers });
  const first = await place();
  const second = await place();
  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.body).toEqual(first.body);
  expect((await read()).body).toMatchObject({ lines: [] });
  expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
});

const order = { body: { ...goodOrder, lines: undefined, fromCart: true }, as: 'anna' } as const;
const placeCart = (key: string) =>
  harness.call('POST', '/v1/orders', { ...order, headers: { 'idempotency-key': key } });

test('an order stands although its cart could not be emptied; the repeated request empties it', async () => {
  await put('tea-1', 2);
  const clear = vi.spyOn(harness.shared.carts, 'clear').mockRejectedValueOnce(new Error('away'));
  expect(await placeCart('cart-stays')).toMatchObject({ status: 202 });
  expect((await read()).body).toMatchObject({ lines: [{ sku: 'tea-1', quantity: 2 }] });
  expect(harness.logged.some(({ message }) => message === 'the cart of a placed order was not emptied')).toBe(
    true,
  );
  expect(await placeCart('cart-stays')).toMatchObject({ status: 202 });
  expect((await read()).body).toMatchObject({ lines: [] });
  expect(clear).toHaveBeenCalledTimes(2);
  clear.mockRestore();
});

test('what was put in after the cart was ordered stays', async () => {
  await put('tea-1', 2);
  const append = harness.shared.orders.append.bind(harness.shared.orders);
  const slow = vi.spyOn(harness.shared.orders, 'append').mockImplementationOnce(async (...args) => {
    await put('cup-1', 1);
    return append(...args);
  });
  expect(await placeCart('cart-grows')).toMatchObject({ status: 202 });
  slow.mockRestore();
  expect((await read()).body).toMatchObject({ lines: [{ sku: 'tea-1' }, { sku: 'cup-1' }] });
  expect(await placeCart('cart-grows')).toMatchObject({ status: 202 });
  expect((await read()).body).toMatchObject({ lines: [{ sku: 'tea-1' }, { sku: 'cup-1' }] });
});

test('ten requests at once with one key are one order, and none of them finds an empty cart', async () => {
  await put('tea-1', 2);
  const answers = await Promise.all(Array.from({ length: 10 }, () => placeCart('cart-together')));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
  expect((await read()).body).toMatchObject({ lines: [] });
  expect(await harness.countRows()).toMatchObject({ 'orders.events': 1 });
});
