import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { fraudAssessment } from '../contracts/http/fraud.ts';
import { bucketOf, orderIdOf } from '../domain/ids.ts';
import { people, startGateways, type GatewayHarness } from '../scripts/testing/gateway-harness.ts';

let harness: GatewayHarness;
const orderId = orderIdOf(people.anna.userId, 'one');

beforeAll(async () => {
  harness = await startGateways();
}, 180_000);
beforeEach(() => harness.clear());
afterAll(() => harness?.stop(), 60_000);

const call = (as: string, id: string = orderId) => harness.call('GET', `/v1/fraud/orders/${id}`, { as });

/** What score-order leaves behind. */
async function score(points: number): Promise<void> {
  const order = {
    bucket: bucketOf(orderId, harness.partitions),
    orderId,
    userId: people.anna.userId,
    placedAt: new Date(),
    totalMinor: 5000,
    currency: 'USD',
    cardHash: 'card',
    shipToCountry: 'US',
    addressHash: 'address',
  };
  await harness.transactions.run('fraud', ({ scores }) =>
    scores.scoreAll([order], () => ({
      score: points,
      outcome: 'review',
      signals: ['many-orders', 'high-amount'],
    })),
  );
}

test('an operator reads the score and its reasons', async () => {
  await score(45);
  const { status, body } = await call('olga');
  expect(status).toBe(200);
  expect(fraudAssessment.parse(body)).toMatchObject({
    orderId,
    outcome: 'review',
    score: 0.45,
    signals: ['many-orders', 'high-amount'],
  });
});

test('an order that is not scored is not found, and what is no order id is refused', async () => {
  expect(await call('olga')).toMatchObject({ status: 404, body: { code: 'order-not-scored' } });
  expect((await call('olga', 'ord_nothing')).status).toBe(422);
});

test('customers do not see it, not even of their own orders', async () => {
  await score(45);
  expect((await call('anna')).status).toBe(403);
  expect((await harness.call('GET', `/v1/fraud/orders/${orderId}`)).status).toBe(401);
});
