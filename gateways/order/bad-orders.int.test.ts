import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  startGateways,
  type CallOptions,
  type GatewayHarness,
} from '../../scripts/testing/gateway-harness.ts';
import { addProducts, goodOrder } from '../../scripts/testing/order-journey.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
  await addProducts(harness);
}, 180_000);
afterAll(() => harness?.stop(), 60_000);

const text = JSON.stringify(goodOrder);
const line = (change: object): CallOptions => ({
  body: { ...goodOrder, lines: [{ sku: 'tea-1', quantity: 1, ...change }] },
});
const order = (change: object): CallOptions => ({ body: { ...goodOrder, ...change } });
const lines = (count: number): CallOptions =>
  order({ lines: Array.from({ length: count }, () => goodOrder.lines[0]) });
const key = (value: string): CallOptions => ({ headers: { 'idempotency-key': value } });
const raw = (from: string, to: string): CallOptions => ({ text: text.replace(from, to) });

test.each<[string, CallOptions, string]>([
  ['malformed JSON', { text: '{"lines":[' }, '400 json-malformed'],
  ['no body', { text: '' }, '400 json-malformed'],
  ['another type', { headers: { 'content-type': 'text/xml' } }, '415 content-type-unsupported'],
  ['a quantity of 0', line({ quantity: 0 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of -1', line({ quantity: -1 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of 1.5', line({ quantity: 1.5 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of a billion', line({ quantity: 1e9 }), '422 request-invalid lines[0].quantity'],
  ['an endless quantity', raw('"quantity":2', '"quantity":1e999'), '422 request-invalid lines[0].quantity'],
  ['a quantity as text', line({ quantity: '1' }), '422 request-invalid lines[0].quantity'],
  [
    'an unknown SKU',
    order({ lines: [goodOrder.lines[0], { sku: 'no', quantity: 1 }] }),
    '422 sku-unknown lines[1].sku',
  ],
  ['a SKU not sold here', line({ sku: 'eur-1' }), '422 sku-unknown lines[0].sku'],
  ['a SKU that is none', line({ sku: '../etc' }), '422 request-invalid lines[0].sku'],
  ['a NUL', line({ sku: 'tea-1\u0000' }), '422 text-invalid lines[0].sku'],
  ['a lone surrogate', raw('94103', String.raw`\ud800`), '422 text-invalid shipTo.postalCode'],
  ['no lines', order({ lines: [] }), '422 request-invalid lines'],
  ['neither lines nor cart', order({ lines: undefined }), '422 request-invalid lines'],
  ['lines and cart', order({ fromCart: true }), '422 request-invalid lines'],
  ['an empty cart', order({ lines: undefined, fromCart: true }), '422 cart-empty fromCart'],
  ['101 lines', lines(101), '422 request-invalid lines'],
  ['10,000 lines', lines(10_000), '413 body-too-large'],
  ['an overflowing amount', line({ sku: 'gold-1', quantity: 1000 }), '422 amount-overflow lines'],
  ['another currency', order({ currency: 'EUR' }), '422 currency-wrong currency'],
  ['a currency on a line', line({ currency: 'EUR' }), '422 request-invalid lines[0].currency'],
  ['a price of their own', line({ unitPriceMinor: 1 }), '422 request-invalid lines[0].unitPriceMinor'],
  ['a repeated key', raw('"quantity":2', '"quantity":2,"quantity":3'), '422 key-repeated quantity'],
  ['__proto__', raw('{"lines"', '{"__proto__":{},"lines"'), '422 key-forbidden __proto__'],
  ['no payment token', order({ paymentToken: '' }), '422 request-invalid paymentToken'],
  [
    'no country',
    order({ shipTo: { country: 'USA', postalCode: '1' } }),
    '422 request-invalid shipTo.country',
  ],
  ['a long key', key('x'.repeat(300)), '422 request-invalid Idempotency-Key'],
  ['a key with a space', key('a b'), '422 request-invalid Idempotency-Key'],
  ['an empty key', key(''), '422 request-invalid Idempotency-Key'],
  ['a user of another region', { as: 'wendy' }, '421 wrong-region'],
  ['a token that is none', { headers: { authorization: 'Bearer x' } }, '401 token-invalid'],
])('%s is refused with its field, and nothing is written', async (_what, options, expected) => {
  const [status, code, field] = expected.split(' ');
  const headers = { 'idempotency-key': 'bad', ...options.headers };
  const answered = await harness.call('POST', '/v1/orders', {
    as: 'anna',
    body: goodOrder,
    ...options,
    headers,
  });
  expect(answered).toMatchObject({ status: Number(status), body: { status: Number(status), code } });
  expect(answered.headers.get('content-type')).toBe('application/problem+json');
  if (field !== undefined) expect(answered.body).toMatchObject({ errors: [{ field }] });
  const rows = await harness.countRows();
  expect([rows['orders.events'], rows['orders.outbox'], rows['orders.sagas']]).toEqual([0, 0, 0]);
  expect(harness.logged).toEqual([]);
});

test('a missing key is a 400 that names the header', async () => {
  expect(await harness.call('POST', '/v1/orders', { as: 'anna', body: goodOrder })).toMatchObject({
    status: 400,
    body: { code: 'header-missing', errors: [{ in: 'header', field: 'Idempotency-Key' }] },
  });
});

test('the good order that these are made of is accepted', async () => {
  const headers = { 'idempotency-key': 'good' };
  expect((await harness.call('POST', '/v1/orders', { as: 'anna', body: goodOrder, headers })).status).toBe(
    202,
  );
});
