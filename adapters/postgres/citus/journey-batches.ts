import type { StockCommand } from '../../../domain/inventory/inventory.ts';
import type { Journey } from './journey.ts';

/** What workers write for a batch of events of several buckets, each delivered twice. For tests only. */
export async function runBatches(journey: Journey): Promise<Record<string, unknown>> {
  return {
    deliveries: await takeIn(journey),
    stock: await reserveAndRelease(journey),
    scores: await score(journey),
    mails: await sendMails(journey),
    links: await chain(journey),
  };
}

async function takeIn({ keys, at, run }: Journey): Promise<readonly number[]> {
  const deliveries = keys.map(({ bucket, streamId }) => ({ bucket, eventId: streamId }));
  const take = () =>
    run('inventory', async (scope) => {
      const fresh = await scope.inbox('reserve-stock', [...deliveries, deliveries[0]!]);
      await scope.outbox(
        keys.map(({ bucket, streamId }) => ({
          bucket,
          topic: 'inventory-events',
          key: streamId,
          type: 'StockReserved',
          eventId: `reserve-stock/${streamId}`,
          payload: {},
          occurredAt: at,
        })),
      );
      return fresh.size;
    });
  return [await take(), await take()];
}

async function reserveAndRelease({ keys, run }: Journey): Promise<readonly unknown[]> {
  const commands = (type: 'ReserveStock' | 'ReleaseStock') =>
    keys.map(({ bucket, streamId: orderId }, index) => ({
      bucket,
      command: (type === 'ReserveStock'
        ? { type, orderId, lines: [{ sku: `sku${index % 5}`, quantity: 1 }], warehouseIds: ['w1', 'w2'] }
        : { type, orderId }) satisfies StockCommand,
    }));
  const receipts = ['w1', 'w2'].map((warehouseId) => ({
    bucket: 0,
    command: {
      type: 'ReceiveStock',
      receiptId: warehouseId,
      warehouseId,
      sku: 'sku1',
      quantity: 3,
    } satisfies StockCommand,
  }));
  const decisions: unknown[] = [];
  for (const batch of [
    receipts,
    commands('ReserveStock'),
    commands('ReserveStock'),
    commands('ReleaseStock'),
  ])
    decisions.push(await run('inventory', ({ stock }) => stock.decideAll(batch)));
  return decisions;
}

function score({ keys, userIds, at, run }: Journey): Promise<unknown> {
  const orders = keys.map(({ bucket, streamId: orderId }, index) => ({
    bucket,
    orderId,
    userId: userIds[index % userIds.length]!,
    placedAt: new Date(at.getTime() + index),
    totalMinor: index,
    currency: 'USD',
    cardHash: 'card',
    shipToCountry: 'DE',
    addressHash: 'address',
  }));
  return run('fraud', ({ scores }) =>
    scores.scoreAll([...orders, orders[0]!], ({ ordersLastHour, shippingMatchesBilling }) => ({
      score: ordersLastHour,
      outcome: 'clear',
      signals: shippingMatchesBilling ? [] : ['address-mismatch'],
    })),
  );
}

async function sendMails({ keys, userIds, run }: Journey): Promise<readonly unknown[]> {
  const mails = keys.map(({ bucket, streamId: orderId }) => ({
    bucket,
    orderId,
    userId: userIds[0]!,
    step: 'OrderShipped',
  }));
  const claim = () => run('notification', (scope) => scope.mails.claim(mails, 60_000));
  const { claimedAt, ...claimed } = await claim();
  await run('notification', (scope) => scope.mails.release(mails.slice(0, 20), claimedAt));
  const { claimedAt: _, ...reclaimed } = await claim();
  return [claimed, reclaimed, await run('notification', (scope) => scope.mails.settle(mails, 'sent'))];
}

async function chain({ keys, at, run }: Journey): Promise<readonly unknown[]> {
  const entries = keys.map(({ bucket, streamId }) => ({
    bucket,
    eventId: streamId,
    subject: streamId,
    action: 'OrderPlaced',
    dataHash: 'hash',
    at: at.toISOString(),
  }));
  const links: unknown[] = [];
  for (const batch of [entries.slice(0, 25), entries])
    links.push(await run('audit', ({ auditChain }) => auditChain.append(batch)));
  return links;
}
