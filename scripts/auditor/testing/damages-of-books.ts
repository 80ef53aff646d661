import type { Damage } from './damage.ts';

/** Stock, money and sales. */
export const damagesOfBooks: readonly Damage[] = [
  {
    invariant: 'stock-within-bounds',
    also: ['stock-reserved'],
    sql: [
      'alter table inventory.stock drop constraint stock_check',
      `update inventory.stock set reserved = on_hand + 1 where sku = 'cup-1'`,
    ],
    example: 'cup-1 in us-east-1',
  },
  {
    invariant: 'stock-reserved',
    sql: [`update inventory.stock set reserved = reserved + 1 where sku = 'cup-1'`],
    example: 'cup-1 in us-east-1: 401 reserved, 400 held for orders',
  },
  {
    invariant: 'stock-conserved',
    sql: [`update inventory.stock set on_hand = on_hand + 1 where sku = 'cup-1'`],
    example: 'cup-1 in us-east-1: 1000 received, 1001 on hand and booked out',
  },
  {
    invariant: 'stock-follows-order',
    also: ['stock-conserved', 'effects-accounted', 'events-published'],
    order: 'shipped',
    sql: [`update inventory.reservations set status = 'released' where order_id = $1`],
    example: 'units let go for an order that did not end',
  },
  {
    invariant: 'allocations-match-lines',
    also: ['stock-reserved'],
    order: 'parked',
    sql: [
      `update inventory.reservations set allocations = jsonb_set(allocations, '{0,quantity}', '399')
       where order_id = $1`,
    ],
    example: '399 units of',
  },
  {
    invariant: 'journal-balances',
    also: ['journal-matches-events'],
    order: 'shipped',
    sql: [
      `update payment.journal set amount_minor = amount_minor + 1
       where order_id = $1 and account = 'sales'`,
    ],
    example: 'USD sums to 1',
  },
  {
    invariant: 'journal-matches-events',
    order: 'shipped',
    sql: [`update payment.journal set account = 'gifts' where order_id = $1 and account = 'sales'`],
    example: '6 postings',
  },
  {
    invariant: 'payment-bounds',
    also: [
      'legal-transitions',
      'payment-in-ledger',
      'ledger-in-payments',
      'journal-matches-events',
      'audited-once',
      'ended-nets-to-zero',
    ],
    order: 'returned',
    sql: [
      `update payment.events set data = jsonb_set(data::jsonb, '{amountMinor}', '3001')::json
       where stream_id = $1 and type = 'PaymentRefunded'`,
    ],
    example: 'refunded 3001, captured 3000',
  },
  {
    invariant: 'payment-bounds',
    also: ['legal-transitions', 'journal-matches-events'],
    order: 'shipped',
    sql: [
      `update payment.events set data = jsonb_set(data::jsonb, '{authorizedMinor}', '2999')::json
       where stream_id = $1 and type = 'PaymentAuthorized'`,
    ],
    example: 'refunded 0, captured 3000, authorized 2999',
  },
  {
    invariant: 'one-capture',
    also: ['ledger-in-payments'],
    order: 'shipped',
    options: async (world, onEnd) => ({ providerUrl: await world.copyProvider(onEnd, 'shipped') }),
    example: '1 captures, 2 charges at the provider',
  },
  {
    invariant: 'one-capture',
    also: [
      'audited-once',
      'effects-accounted',
      'events-published',
      'journal-matches-events',
      'legal-transitions',
      'paid-exactly',
      'payment-bounds',
      'payment-in-ledger',
    ],
    order: 'shipped',
    sql: [
      `insert into payment.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, version + 1, type, data from payment.events
       where stream_id = $1 and type = 'PaymentCaptured'`,
    ],
    example: '2 captures, 1 charges at the provider',
  },
  {
    invariant: 'ledger-in-payments',
    options: async (world, onEnd) => ({ providerUrl: await world.copyProvider(onEnd, 'refused') }),
    order: 'refused',
    example: 'no payment captured',
  },
  {
    invariant: 'payment-in-ledger',
    also: ['ledger-in-payments'],
    options: async (world, onEnd) => ({ providerUrl: await world.copyProvider(onEnd, 'shipped', 2999) }),
    order: 'shipped',
    example: 'captured 3000, charged 2999',
  },
  {
    invariant: 'paid-exactly',
    also: [
      'effects-accounted',
      'journal-matches-events',
      'ledger-in-payments',
      'no-strays',
      'published-is-stored',
    ],
    order: 'shipped',
    sql: [`delete from payment.events where stream_id = $1 and type = 'PaymentCaptured'`],
    example: 'shipped, total 3000, captured 0',
  },
  {
    invariant: 'ended-nets-to-zero',
    also: [
      'effects-accounted',
      'journal-matches-events',
      'ledger-in-payments',
      'no-strays',
      'payment-in-ledger',
      'published-is-stored',
    ],
    order: 'returned',
    sql: [`delete from payment.events where stream_id = $1 and type = 'PaymentRefunded'`],
    example: 'refunded, and kept 3000 and 0 units',
  },
  {
    invariant: 'ended-nets-to-zero',
    also: ['effects-accounted', 'published-is-stored', 'stock-follows-order', 'stock-reserved'],
    order: 'cancelled',
    sql: [`update inventory.reservations set status = 'held' where order_id = $1`],
    example: 'cancelled, and kept 0 and 1200 units',
  },
  {
    invariant: 'sales-recompute',
    also: ['board-equals-sales'],
    sql: [`update analytics.sales set total_minor = total_minor + 1 where category = 'tea'`],
    example: 'counted 2 orders of 2401, paid 2 orders of 2400',
  },
  {
    invariant: 'board-equals-sales',
    options: async (world, onEnd) => ({ mongoDatabase: await world.copyMongo(onEnd) }),
    more: async ({ mongo }) => {
      await mongo.collection('analytics').updateOne({ category: 'tea' }, { $set: { 'sold.orders': 1 } });
    },
    example: 'board 1 orders of 2400, counters 2 orders of 2400',
  },
];
