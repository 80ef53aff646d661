import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  startGateways,
  type CallOptions,
  type GatewayHarness,
} from '../../scripts/testing/gateway-harness.ts';
import { addProducts, goodOrder } from '../../scripts/testing/order-journey.ts';
import { expectRefused } from '../../scripts/testing/refusal.ts';

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
const lines = (count: number, each: object = goodOrder.lines[0]!): CallOptions =>
  order({ lines: Array.from({ length: count }, () => each) });
const key = (value: string): CallOptions => ({ headers: { 'idempotency-key': value } });
const raw = (from: string, to: string): CallOptions => ({ text: text.replace(from, to) });

type Bad = [what: string, options: CallOptions, expected: string];

/** Lines and currency, which a quote takes too. */
const badLines: readonly Bad[] = [
  ['a quantity of 0', line({ quantity: 0 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of -1', line({ quantity: -1 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of 1.5', line({ quantity: 1.5 }), '422 request-invalid lines[0].quantity'],
  ['a quantity of a billion', line({ quantity: 1e9 }), '422 request-invalid lines[0].quantity'],
  ['an endless quantity', raw('"quantity":2', '"quantity":1e999'), '422 request-invalid lines[0].quantity'],
  ['a quantity as text', line({ quantity: '1' }), '422 request-invalid lines[0].quantity'],
  ['a quantity of null', line({ quantity: null }), '422 request-invalid lines[0].quantity'],
  ['no quantity', line({ quantity: undefined }), '422 request-invalid lines[0].quantity'],
  ['a SKU that is a number', line({ sku: 1 }), '422 request-invalid lines[0].sku'],
  ['a SKU that is none', line({ sku: '../etc' }), '422 request-invalid lines[0].sku'],
  [
    'an unknown SKU',
    order({ lines: [goodOrder.lines[0], { sku: 'no', quantity: 1 }] }),
    '422 sku-unknown lines[1].sku',
  ],
  ['a SKU not sold here', line({ sku: 'eur-1' }), '422 sku-unknown lines[0].sku'],
  ['a NUL', line({ sku: 'tea-1\u0000' }), '422 text-invalid lines[0].sku'],
  ['a line break', line({ sku: 'tea-1\n' }), '422 text-invalid lines[0].sku'],
  ['lines that are an object', order({ lines: { sku: 'tea-1', quantity: 1 } }), '422 request-invalid lines'],
  ['lines that are a text', order({ lines: 'tea-1' }), '422 request-invalid lines'],
  ['a line that is a text', order({ lines: ['tea-1'] }), '422 request-invalid lines[0]'],
  ['a line that is null', order({ lines: [null] }), '422 request-invalid lines[0]'],
  ['no lines', order({ lines: [] }), '422 request-invalid lines'],
  ['101 lines', lines(101), '422 request-invalid lines'],
  ['10,000 lines', lines(10_000), '422 request-invalid lines'],
  [
    '10,000 of the longest lines',
    lines(10_000, { sku: 'x'.repeat(64), quantity: 1000 }),
    '422 request-invalid lines',
  ],
  ['10,000 bad lines', lines(10_000, { sku: 1 }), '422 request-invalid lines'],
  ['an overflowing amount', line({ sku: 'gold-1', quantity: 1000 }), '422 amount-overflow lines'],
  ['another currency', order({ currency: 'EUR' }), '422 currency-wrong currency'],
  ['a currency that is none', order({ currency: 'usd' }), '422 request-invalid currency'],
  ['a currency on a line', line({ currency: 'EUR' }), '422 request-invalid lines[0].currency'],
  ['a price of their own', line({ unitPriceMinor: 1 }), '422 request-invalid lines[0].unitPriceMinor'],
  ['a repeated key', raw('"quantity":2', '"quantity":2,"quantity":3'), '422 key-repeated quantity'],
  ['__proto__', raw('{"lines"', '{"__proto__":{},"lines"'), '422 key-forbidden __proto__'],
];

describe('an order', () => {
  test.each<Bad>([
    ...badLines,
    ['a body that is an array', { body: [goodOrder] }, '422 request-invalid body'],
    ['a body that is null', { body: null }, '422 request-invalid body'],
    ['a body that is a text', { body: 'tea-1' }, '422 request-invalid body'],
    ['a lone surrogate', raw('94103', String.raw`\ud800`), '422 text-invalid shipTo.postalCode'],
    ['neither lines nor cart', order({ lines: undefined }), '422 request-invalid lines'],
    ['lines and cart', order({ fromCart: true }), '422 request-invalid lines'],
    ['an empty cart', order({ lines: undefined, fromCart: true }), '422 cart-empty fromCart'],
    ['no payment token', order({ paymentToken: '' }), '422 request-invalid paymentToken'],
    ['a card number', order({ paymentToken: '4242424242424242' }), '422 request-invalid paymentToken'],
    ['an address as text', order({ shipTo: 'US 94103' }), '422 request-invalid shipTo'],
    [
      'no country',
      order({ shipTo: { country: 'USA', postalCode: '1' } }),
      '422 request-invalid shipTo.country',
    ],
    ['a key of 300 characters', key('x'.repeat(300)), '422 request-invalid Idempotency-Key'],
    ['a key with a space', key('a b'), '422 request-invalid Idempotency-Key'],
    ['an empty key', key(''), '422 request-invalid Idempotency-Key'],
    ['a user of another region', { as: 'wendy' }, '421 wrong-region'],
    ['a token that is none', { headers: { authorization: 'Bearer x' } }, '401 token-invalid'],
  ])('with %s is refused, and nothing is written', async (_what, options, expected) => {
    const headers = { 'idempotency-key': 'bad', ...options.headers };
    const send = () =>
      harness.call('POST', '/v1/orders', { as: 'anna', body: goodOrder, ...options, headers });
    await expectRefused(harness, send, expected);
  });

  test('without a key is a 400 that names the header', async () => {
    const send = () => harness.call('POST', '/v1/orders', { as: 'anna', body: goodOrder });
    expect(await expectRefused(harness, send, '400 header-missing Idempotency-Key')).toMatchObject({
      in: 'header',
    });
  });

  test('that is good is accepted, as these are made of it', async () => {
    const headers = { 'idempotency-key': 'good' };
    expect(await harness.call('POST', '/v1/orders', { as: 'anna', body: goodOrder, headers })).toMatchObject({
      status: 202,
    });
  });
});

/** The same body without what only an order has. */
function asQuote({ body, text: given = JSON.stringify(body) }: CallOptions): CallOptions {
  const rest = text.slice(text.indexOf(',"paymentToken"'), -1);
  return { text: given.replace(rest, '') };
}

describe('a quote', () => {
  test.each(badLines)('with %s is refused', async (_what, options, expected) => {
    const send = () => harness.call('POST', '/v1/quotes', { as: 'anna', ...asQuote(options) });
    await expectRefused(harness, send, expected);
  });

  test('that is good is answered, as these are made of it', async () => {
    expect(await harness.call('POST', '/v1/quotes', { as: 'anna', ...asQuote({ text }) })).toMatchObject({
      status: 200,
    });
  });
});

const item = (sku: string, body: unknown) => () =>
  harness.call('PUT', `/v1/cart/items/${sku}`, { as: 'anna', body });

describe('a cart', () => {
  test.each(['1', 0, -1, 1.5, 1e9, null, [1], {}])('takes no quantity of %j', async (quantity) => {
    await expectRefused(harness, item('tea-1', { quantity }), '422 request-invalid quantity');
  });

  test.each<[string, unknown, string]>([
    ['no', { quantity: 1 }, '422 sku-unknown sku'],
    ['a%20b', { quantity: 1 }, '422 request-invalid sku'],
    ['%00', { quantity: 1 }, '422 request-invalid sku'],
    ['%zz', { quantity: 1 }, '422 request-invalid sku'],
    ['x'.repeat(65), { quantity: 1 }, '422 request-invalid sku'],
    ['tea-1', { quantity: 1, currency: 'EUR' }, '422 request-invalid currency'],
    ['tea-1', {}, '422 request-invalid quantity'],
    ['tea-1', [], '422 request-invalid body'],
    ['tea-1', null, '422 request-invalid body'],
    ['tea-1', '1', '422 request-invalid body'],
  ])('takes no item %s of %j', async (sku, body, expected) => {
    await expectRefused(harness, item(sku, body), expected);
  });
});
