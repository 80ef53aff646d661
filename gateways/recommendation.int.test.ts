import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { pairsIn } from '../domain/recommendation/copurchases.ts';
import { startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const path = '/v1/products/tea-1/recommendations';
const learn = (...orders: readonly (readonly string[])[]) =>
  harness.transactions.run('recommendation', ({ copurchases }) => copurchases.learnAll(pairsIn(orders)));

test('anyone reads them, the most frequent first and without their counts', async () => {
  await learn(['tea-1', 'cup-1'], ['tea-1', 'pot-1'], ['pot-1', 'tea-1'], ['cup-1', 'spoon-1']);
  const { status, headers, body } = await harness.call('GET', path);
  expect([status, body]).toEqual([200, { sku: 'tea-1', items: [{ sku: 'pot-1' }, { sku: 'cup-1' }] }]);
  expect(headers.get('cache-control')).toMatch(/^public, max-age=\d+/);
  expect((await harness.call('GET', `${path}?limit=1`)).body).toMatchObject({ items: [{ sku: 'pot-1' }] });
});

test('the entity tag stays while only counts change, and goes with the ranks', async () => {
  await learn(['tea-1', 'cup-1'], ['tea-1', 'cup-1'], ['tea-1', 'pot-1']);
  const tag = (await harness.call('GET', path)).headers.get('etag') ?? '';
  const again = () => harness.call('GET', path, { headers: { 'if-none-match': tag } });
  await learn(['tea-1', 'cup-1']);
  expect((await again()).status).toBe(304);
  await learn(['tea-1', 'pot-1'], ['tea-1', 'pot-1'], ['tea-1', 'pot-1']);
  expect((await again()).status).toBe(200);
});

test('nothing is known of an unknown SKU; a limit out of bounds is refused', async () => {
  expect(await harness.call('GET', '/v1/products/none/recommendations')).toMatchObject({
    status: 200,
    body: { sku: 'none', items: [] },
  });
  for (const limit of ['0', '21', 'many'])
    expect(await harness.call('GET', `${path}?limit=${limit}`)).toMatchObject({
      status: 422,
      body: { errors: [{ field: 'limit' }] },
    });
});
