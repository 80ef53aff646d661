import { isDeepStrictEqual } from 'node:util';
import { checkTerms, totalsByCategory } from '../../../domain/order/order-totals.ts';
import { sagaOf } from '../../../platform/streams/order-stream.ts';
import { about, type OrderInvariant } from './order-facts.ts';

export const streamInItsBucket: OrderInvariant = {
  name: 'stream-in-its-bucket',
  about: 'an order has one stream, in the bucket of its id, and nothing elsewhere has its id without it',
  needs: ['postgres'],
  check(facts) {
    const { bucket, ownBucket, orderEvents } = facts;
    if (bucket !== ownBucket) return [about(facts, `in bucket ${bucket}, its own is ${ownBucket}`)];
    return orderEvents.length === 0 ? [about(facts, 'rows without a stream of the order')] : [];
  },
};

export const versionsWithoutGaps: OrderInvariant = {
  name: 'versions-without-gaps',
  about: 'the versions of each order, payment and shipment stream are 1, 2, 3 …',
  needs: ['postgres'],
  check(facts) {
    const { orderEvents, paymentEvents, shipmentEvents } = facts;
    return Object.entries({ orders: orderEvents, payment: paymentEvents, shipping: shipmentEvents }).flatMap(
      ([schema, events]) => {
        const gap = events.findIndex(({ version }, index) => version !== index + 1);
        return gap < 0 ? [] : [about(facts, `${schema} has no version ${gap + 1}`)];
      },
    );
  },
};

export const orderTotals: OrderInvariant = {
  name: 'order-totals',
  about: "an order's totals follow from its lines",
  needs: ['postgres'],
  check(facts) {
    return facts.orderEvents.flatMap(({ event }) => {
      if (event.type === 'OrderPlaced') {
        const problem = checkTerms(event);
        return problem ? [about(facts, `OrderPlaced: ${problem}`)] : [];
      }
      if (event.type !== 'OrderPaid') return [];
      const agree = isDeepStrictEqual(event.totalsByCategory, totalsByCategory(event.lines));
      return agree ? [] : [about(facts, 'OrderPaid: the totals of its categories are others')];
    });
  },
};

export const sagaMatchesOrder: OrderInvariant = {
  name: 'saga-matches-order',
  about: 'each unfinished order has a saga row, and no other has',
  needs: ['postgres'],
  check(facts) {
    const { order, saga } = facts;
    const wanted = sagaOf(order, 0)?.change === 'open';
    if (wanted === (saga !== undefined)) return [];
    return [
      about(facts, wanted ? `${order.status} without a saga row` : `a saga row, though ${order.status}`),
    ];
  },
};

export const orderEnds: OrderInvariant = {
  name: 'order-ends',
  about: 'each order comes to its end, or is parked (or dead-lettered) where a person sees it',
  needs: ['postgres'],
  check(facts) {
    const { order, orderId, saga, dead } = facts;
    if (!saga || saga.parked || dead?.orderIds.has(orderId)) return [];
    return [about(facts, `still ${order.status}`, true)];
  },
};
