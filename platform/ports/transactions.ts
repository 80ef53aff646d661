import type { OutboxMessage } from './event-store.ts';
import type { TransactionalPorts } from './index.ts';

/** The PostgreSQL schema of one service: each has its own tables, outbox and inbox. */
export type Service =
  | 'orders'
  | 'payment'
  | 'inventory'
  | 'shipping'
  | 'fraud'
  | 'notification'
  | 'analytics'
  | 'recommendation'
  | 'audit'
  | 'users'
  | 'catalogue';

/** A message and where it goes: `bucket` is the outbox's bucket and the Kafka partition. */
export type PlacedMessage = OutboxMessage & { readonly bucket: number };

/** One delivery of an event to one consumer. */
export type InboxKey = { readonly bucket: number; readonly eventId: string };

/** What can be done within one transaction: everything or, when `work` throws, nothing of it is written. */
export interface TransactionScope extends TransactionalPorts {
  /** Marks events as handled by the consumer; answers with the ids that had not been. */
  inbox(consumer: string, keys: readonly InboxKey[]): Promise<ReadonlySet<string>>;
  /** To be published once the transaction is committed. The promise is settled by the commit at the latest. */
  outbox(messages: readonly PlacedMessage[]): Promise<void>;
}

export interface Transactions {
  /** @throws TransientError when the database was away or gave up: whether it committed is unknown then. */
  run<Result>(service: Service, work: (scope: TransactionScope) => Promise<Result>): Promise<Result>;
}
