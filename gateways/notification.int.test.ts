import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { notification } from '../contracts/http/notifications.ts';
import { pageOf } from '../contracts/http/parts.ts';
import { bucketOf, orderIdOf } from '../domain/ids.ts';
import { people, startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const page = pageOf(notification);
const list = async (as: string, query = '') =>
  page.parse((await harness.call('GET', `/v1/notifications${query}`, { as })).body);

/** What send-notification leaves behind. */
async function send(name: keyof typeof people, step: string, outcome: 'sent' | 'failed' = 'sent') {
  const { userId } = people[name];
  const orderId = orderIdOf(userId, 'one');
  const mail = { bucket: bucketOf(orderId, harness.partitions), orderId, userId, step };
  const { transactions } = harness;
  await transactions.run('notification', ({ mails }) => mails.claim([mail], 60_000));
  await transactions.run('notification', ({ mails }) => mails.settle([mail], outcome));
  return orderId;
}

test('the caller reads what was sent about their own orders, newest first', async () => {
  const orderId = await send('anna', 'OrderShipped');
  await send('anna', 'OrderRefunded', 'failed');
  await send('bert', 'OrderRejected');
  const { items } = await list('anna');
  expect(items.map(({ at, ...rest }) => [rest, Number.isNaN(Date.parse(at))])).toEqual([
    [{ orderId, step: 'OrderRefunded', channel: 'email', status: 'failed' }, false],
    [{ orderId, step: 'OrderShipped', channel: 'email', status: 'sent' }, false],
  ]);
  expect((await list('bert')).items.map(({ step }) => step)).toEqual(['OrderRejected']);
  expect((await list('olga')).items).toEqual([]);
});

test('pages by a cursor that is good for this caller only', async () => {
  for (const step of ['OrderShipped', 'OrderCancelled', 'OrderRefunded']) await send('anna', step);
  const first = await list('anna', '?limit=2');
  const rest = await list('anna', `?limit=2&cursor=${first.nextCursor}`);
  expect([...first.items, ...rest.items].map(({ step }) => step)).toEqual([
    'OrderRefunded',
    'OrderCancelled',
    'OrderShipped',
  ]);
  expect(rest).not.toHaveProperty('nextCursor');
  for (const [as, cursor] of [
    ['bert', first.nextCursor],
    ['anna', 'e30'],
  ])
    expect(await harness.call('GET', `/v1/notifications?cursor=${cursor}`, { as: as! })).toMatchObject({
      status: 422,
      body: { code: 'cursor-invalid' },
    });
});

test('nobody reads without a token', async () => {
  expect((await harness.call('GET', '/v1/notifications')).status).toBe(401);
});
