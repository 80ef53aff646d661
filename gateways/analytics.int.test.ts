import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { salesTotal } from '../contracts/http/analytics.ts';
import { pageOf } from '../contracts/http/parts.ts';
import { startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;

const totals = ['2026-03-01', '2026-03-02', '2026-03-03'].flatMap((date) =>
  ['cups', 'tea'].map((category) => ({
    date,
    category,
    region: 'us-east',
    currency: 'USD',
    orders: 2,
    totalMinor: 2400,
  })),
);

beforeAll(async () => {
  harness = await startGateways();
  await harness.shared.salesBoard.put(totals);
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const page = pageOf(salesTotal);
const call = (query: string, as = 'olga') => harness.call('GET', `/v1/analytics/sales?${query}`, { as });
const list = async (query: string) => page.parse((await call(query)).body);

test('an operator reads the days asked for, both ends included', async () => {
  expect((await list('from=2026-03-02&to=2026-03-03')).items).toEqual(totals.slice(2));
  expect((await list('from=2026-03-02&to=2026-03-02')).items).toEqual(totals.slice(2, 4));
  expect(await list('from=2025-03-02&to=2025-03-03')).toEqual({ items: [] });
});

test('pages by a cursor that is good for the same days only', async () => {
  const days = 'from=2026-03-01&to=2026-03-03';
  const first = await list(`${days}&limit=4`);
  const rest = await list(`${days}&limit=4&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items]).toEqual(totals);
  expect(rest).not.toHaveProperty('nextCursor');
  for (const query of [`from=2026-03-02&to=2026-03-03&cursor=${first.nextCursor}`, `${days}&cursor=e30`])
    expect(await call(query)).toMatchObject({ status: 422, body: { code: 'cursor-invalid' } });
});

test('days that are none, too many or in the wrong order are refused, and so are customers', async () => {
  for (const [query, field] of [
    ['to=2026-03-01', 'from'],
    ['from=2026-02-30&to=2026-03-01', 'from'],
    ['from=2026-03-02&to=2026-03-01', 'to'],
    ['from=2026-01-01&to=2026-04-03', 'to'],
  ])
    expect(await call(query!), query).toMatchObject({ status: 422, body: { errors: [{ field }] } });
  expect((await call('from=2026-01-01&to=2026-04-02')).status).toBe(200);
  expect((await call('from=2026-03-01&to=2026-03-01', 'anna')).status).toBe(403);
});
