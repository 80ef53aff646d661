import { inboxServices } from '../../../platform/ports/retention.ts';

/** Where a table lies on Citus (docs/adr/0013). On plain PostgreSQL all lie on the one server. */
export type Place =
  /** Rows of one bucket lie on one shard, and the shards of one bucket on one node, whatever the table. */
  | { readonly on: 'shards'; readonly column: 'bucket' }
  /** A copy on each node. */
  | { readonly on: 'every-node' }
  /** Whatever its statements are, they are those of one server. */
  | { readonly on: 'coordinator' };

const byBucket: Place = { on: 'shards', column: 'bucket' };
const onEveryNode: Place = { on: 'every-node' };
const onCoordinator: Place = { on: 'coordinator' };

/** In the schema of each service that consumes. */
const tablesOfService: Readonly<Record<string, Place>> = {
  outbox: byBucket,
  inbox: byBucket,
  // One statement about many buckets, each second, in a few rows.
  relay_lease: onCoordinator,
  relay_member: onCoordinator,
};

/** Every table of the schema by its name, those of one co-location group first: `events` of orders leads it. */
export const places: Readonly<Record<string, Place>> = {
  'orders.events': byBucket,
  'payment.events': byBucket,
  'shipping.events': byBucket,
  ...Object.fromEntries(
    inboxServices.flatMap((service) =>
      Object.entries(tablesOfService).map(([table, place]) => [`${service}.${table}`, place]),
    ),
  ),
  'orders.sagas': byBucket,
  'payment.journal': byBucket,
  'inventory.reservations': byBucket,
  'fraud.scores': byBucket,
  'notification.mails': byBucket,
  'audit.links': byBucket,
  'audit.entries': byBucket,
  'audit.dead_letters': byBucket,
  'users.users': byBucket,
  'users.emails': byBucket,
  'inventory.warehouses': onEveryNode,
  'catalogue.products': onEveryNode,
  'fraud.blocked': onEveryNode,
  // An order locks rows of several warehouses in one statement (docs/adr/0004).
  'inventory.stock': onCoordinator,
  'inventory.receipts': onCoordinator,
  // A batch writes and counts rows of as many users as it has orders.
  'fraud.activity': onCoordinator,
  // Written once a batch, in the buckets of its SKUs.
  'recommendation.copurchases': onCoordinator,
  'analytics.sales': onCoordinator,
  // Changed by one statement with a subquery in its conflict clause.
  'users.carts': onCoordinator,
  // A few rows, that the auditor alone writes.
  'audit.checkpoints': onCoordinator,
  'public.schema_migrations': onCoordinator,
};
