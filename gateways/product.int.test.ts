import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pageOf } from '../contracts/http/parts.ts';
import { product } from '../contracts/http/products.ts';
import { startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';
import { addTeas } from '../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addTeas(harness);
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const page = pageOf(product);
const list = async (query: string) => page.parse((await harness.call('GET', `/v1/products?${query}`)).body);

test('are public, with an entity tag', async () => {
  const { status, headers, body } = await harness.call('GET', '/v1/products/tea-1');
  expect(status).toBe(200);
  expect(body).toEqual({
    sku: 'tea-1',
    name: 'Tea 1',
    category: 'black',
    pricesMinor: { USD: 450 },
    unitGrams: 100,
  });
  const tag = headers.get('etag') ?? '';
  expect(
    (await harness.call('GET', '/v1/products/tea-1', { headers: { 'if-none-match': tag } })).status,
  ).toBe(304);
  expect((await harness.call('GET', '/v1/products/none')).status).toBe(404);
});

test('are listed page by page, also by category; a cursor of another list is refused', async () => {
  const first = await list('limit=2');
  expect(first.items.map(({ sku }) => sku)).toEqual(['tea-1', 'tea-2']);
  const second = await list(`limit=4&cursor=${first.nextCursor}`);
  expect(second.items.map(({ sku }) => sku)).toEqual(['tea-3', 'tea-4', 'tea-5']);
  expect(second).not.toHaveProperty('nextCursor');
  const green = await list('category=green');
  expect(green.items.map(({ sku }) => sku)).toEqual(['tea-2', 'tea-4']);
  for (const query of [
    `category=green&cursor=${first.nextCursor}`,
    'cursor=e30',
    `cursor=${first.nextCursor}A`,
  ])
    expect(await harness.call('GET', `/v1/products?${query}`)).toMatchObject({
      status: 422,
      body: { code: 'cursor-invalid', errors: [{ field: 'cursor' }] },
    });
});
