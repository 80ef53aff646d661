import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Document } from 'mongodb';
import { messageIdOf } from '../../../domain/notification/mail-text.ts';
import type { Damage } from './damage.ts';

const publicationsAndChain = ['audited-once', 'effects-accounted', 'events-published', 'history-equals-fold'];

/** Orders, what others were told of them, and what came of it. */
export const damagesOfStreams: readonly Damage[] = [
  {
    invariant: 'stream-in-its-bucket',
    also: ['events-published'],
    sql: [
      `insert into fraud.scores (bucket, order_id, score, outcome, signals) values (3, 'ord_nobody', 0, 'clear', '{}')`,
    ],
    example: 'ord_nobody: in bucket 3',
  },
  {
    invariant: 'legal-transitions',
    also: publicationsAndChain,
    order: 'declined',
    sql: [
      `insert into orders.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, version + 1, 'OrderDelivered',
         json_build_object('orderId', stream_id, 'userId', data ->> 'userId', 'at', data ->> 'at', 'shipmentId', 'shp_1')
       from orders.events where stream_id = $1 order by version desc limit 1`,
    ],
    example: 'OrderDelivered is no step of this order',
  },
  {
    invariant: 'legal-transitions',
    order: 'shipped',
    sql: [
      `insert into payment.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, version + 1, 'PaymentVoided', json_build_object(
         'orderId', stream_id, 'at', data ->> 'at', 'currency', data ->> 'currency', 'releasedMinor', 0)
       from payment.events where stream_id = $1 order by version desc limit 1`,
    ],
    example: 'PaymentVoided is no step of this payment',
  },
  {
    invariant: 'legal-transitions',
    order: 'shipped',
    sql: [
      `insert into shipping.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, version + 1, 'ShipmentPickedUp', json_build_object(
         'orderId', stream_id, 'at', data ->> 'at', 'shipmentId', 'shp_2')
       from shipping.events where stream_id = $1`,
    ],
    example: 'ShipmentPickedUp is no step of this shipment',
  },
  {
    invariant: 'order-totals',
    also: ['legal-transitions', 'audited-once'],
    order: 'declined',
    sql: [
      `update orders.events set data = jsonb_set(data::jsonb, '{taxMinor}', '201')::json
       where stream_id = $1 and version = 1`,
    ],
    example: 'OrderPlaced: total-mismatch',
  },
  {
    invariant: 'saga-matches-order',
    order: 'parked',
    sql: ['delete from orders.sagas where order_id = $1'],
    example: 'placed without a saga row',
  },
  {
    invariant: 'order-ends',
    order: 'parked',
    sql: ['update orders.sagas set parked_reason = null where order_id = $1'],
    example: 'still placed',
  },
  {
    invariant: 'versions-without-gaps',
    also: [...publicationsAndChain, 'no-strays', 'published-is-stored'],
    order: 'declined',
    sql: [
      `update orders.events set version = 9 where stream_id = $1
         and version = (select max(version) from orders.events where stream_id = $1)`,
    ],
    example: 'orders has no version',
  },
  {
    invariant: 'versions-without-gaps',
    order: 'shipped',
    sql: [`update payment.events set version = 0 where stream_id = $1 and type = 'PaymentRequested'`],
    example: 'payment has no version 1',
  },
  {
    invariant: 'versions-without-gaps',
    order: 'shipped',
    sql: [`update shipping.events set version = 2 where stream_id = $1`],
    example: 'shipping has no version 1',
  },
  {
    invariant: 'audited-once',
    also: ['audit-chain'],
    order: 'shipped',
    sql: [`update audit.entries set data_hash = repeat('a', 64) where event_id = $1 || '/1'`],
    example: '/1 has another hash in the audit chain',
  },
  {
    invariant: 'audit-chain',
    sql: [
      `update audit.links l set hash = repeat('a', 64)
       where (bucket, sequence) = (select bucket, sequence from audit.links order by bucket, sequence limit 1)`,
    ],
    example: 'its hash is not that of its entries',
  },
  {
    invariant: 'history-equals-fold',
    order: 'shipped',
    options: async (world, onEnd) => ({ mongoDatabase: await world.copyMongo(onEnd) }),
    more: async ({ mongo }, ids) => {
      await mongo
        .collection<Document & { _id: string }>('order_history')
        .updateOne({ _id: ids.shipped }, { $set: { 'latest.status': 'paid' } });
    },
    example: 'in the read model status paid, not shipped',
  },
  {
    invariant: 'no-strays',
    options: async (world, onEnd) => ({ mongoDatabase: await world.copyMongo(onEnd) }),
    more: async ({ mongo }) => {
      await mongo.collection<Document & { _id: string }>('order_history').insertOne({ _id: 'ord_nobody' });
    },
    example: '1 documents in the read model of no event',
  },
  {
    invariant: 'mail-once',
    order: 'shipped',
    options: async (world, onEnd) => ({
      mailsUrl: await world.copyMails(onEnd, { again: messageIdOf(world.ids.shipped, 'OrderShipped') }),
    }),
    example: '2 mails of OrderShipped',
  },
  {
    invariant: 'mail-once',
    order: 'shipped',
    options: async (world, onEnd) => ({
      mailsUrl: await world.copyMails(onEnd, { without: messageIdOf(world.ids.shipped, 'OrderShipped') }),
    }),
    example: 'the mail of OrderShipped never came',
  },
  {
    invariant: 'shipped-has-mail',
    also: ['effects-accounted', 'no-strays'],
    order: 'shipped',
    sql: ['delete from notification.mails where order_id = $1'],
    example: 'shipped without a mail',
  },
  {
    invariant: 'mail-has-step',
    order: 'shipped',
    sql: [
      `insert into notification.mails (bucket, order_id, step, status)
       select bucket, order_id, 'OrderRefunded', 'failed' from notification.mails where order_id = $1`,
    ],
    example: 'a mail of OrderRefunded, which it never took',
  },
  {
    invariant: 'one-shipment',
    also: ['legal-transitions'],
    order: 'shipped',
    sql: [
      `insert into shipping.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, 2, type, jsonb_set(data::jsonb, '{shipmentId}', '"shp_2"')::json
       from shipping.events where stream_id = $1`,
    ],
    example: '2 shipments',
  },
  {
    invariant: 'ended-is-stopped',
    order: 'cancelled',
    sql: [
      `insert into shipping.events (bucket, stream_id, version, type, data)
       select bucket, stream_id, 1, 'ShipmentBooked', json_build_object(
         'orderId', stream_id, 'at', data ->> 'at', 'shipmentId', 'shp_1', 'carrier', 'post')
       from orders.events where stream_id = $1 and version = 1`,
    ],
    example: 'OrderCancelled, and its shipment is booked',
  },
  {
    invariant: 'effects-accounted',
    also: ['published-is-stored'],
    order: 'shipped',
    sql: ['delete from fraud.scores where order_id = $1'],
    example: 'score-order lost OrderPlaced',
  },
  {
    invariant: 'published-is-stored',
    also: ['effects-accounted'],
    order: 'refused',
    sql: ['delete from fraud.scores where order_id = $1'],
    example: 'fraud-detection-events: FraudReviewRequested was never stored',
  },
  {
    invariant: 'events-readable',
    also: ['no-strays'],
    order: 'refused',
    sql: [
      `update orders.events set data = jsonb_set(data::jsonb, '{currency}', '"XXX"')::json
       where stream_id = $1 and version = 1`,
    ],
    example: 'orders version 1 is no OrderPlaced of its form',
  },
  {
    invariant: 'events-readable',
    also: ['no-strays', 'sales-recompute'],
    order: 'shipped',
    sql: [
      `update payment.events set data = jsonb_set(data::jsonb, '{releasedMinor}', '"much"')::json
       where stream_id = $1 and type = 'PaymentCaptured'`,
    ],
    example: 'is no PaymentCaptured of its form',
  },
  {
    invariant: 'events-readable',
    also: ['no-strays', 'sales-recompute'],
    order: 'shipped',
    sql: [`update shipping.events set type = 'ShipmentSent' where stream_id = $1`],
    example: 'shipping version 1 is no ShipmentSent of its form',
  },
  {
    invariant: 'logs-clean',
    options: ({ folder }) => {
      const file = join(folder, 'gateway.log');
      writeFileSync(file, 'fine\nsent to somebody@example.com\n');
      return { logFiles: [file] };
    },
    example: 'gateway.log, line 2: a mail address',
  },
];
