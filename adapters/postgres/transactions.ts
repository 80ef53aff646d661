import type { Pool } from 'pg';
import type {
  InboxKey,
  PlacedMessage,
  Service,
  Transactions,
  TransactionScope,
} from '../../platform/ports/transactions.ts';
import { createAuditChain } from './audit-chain.ts';
import { rowsByBucket } from './by-bucket.ts';
import { createCopurchases } from './copurchases.ts';
import { createFraudScores } from './fraud-scores.ts';
import { createMailLog } from './mail-log.ts';
import { insertOutbox } from './outbox-insert.ts';
import { inTransaction } from './pool.ts';
import type { Queryable } from './queryable.ts';
import { createSalesCounters } from './sales.ts';
import { createStockRepository } from './stock.ts';

export type TransactionsSettings = {
  readonly partitions: number;
  /** Told of a committed transaction that wrote messages: the wake hint. */
  readonly onOutbox?: (service: Service, buckets: readonly number[]) => void;
};

/** Transactions on a service's schema; the messages go out together with COMMIT. */
export function createTransactions(pool: Pool, { partitions, onOutbox }: TransactionsSettings): Transactions {
  return {
    async run(service, work) {
      const messages: PlacedMessage[] = [];
      const result = await inTransaction(pool, async (client) => {
        const done = await work(scopeOf(client, service, partitions, messages));
        if (messages.length === 0) return { result: done };
        return { result: done, last: insertOutbox(client, service, messages) };
      });
      if (messages.length > 0) onOutbox?.(service, [...new Set(messages.map(({ bucket }) => bucket))]);
      return result;
    },
  };
}

function scopeOf(
  client: Queryable,
  service: Service,
  partitions: number,
  messages: PlacedMessage[],
): TransactionScope {
  return {
    get stock() {
      return createStockRepository(client);
    },
    get scores() {
      return createFraudScores(client, partitions);
    },
    get mails() {
      return createMailLog(client);
    },
    get sales() {
      return createSalesCounters(client);
    },
    get auditChain() {
      return createAuditChain(client);
    },
    get copurchases() {
      return createCopurchases(client, partitions);
    },
    inbox: (consumer, keys) => takeIn(client, service, consumer, keys),
    outbox(added) {
      messages.push(...added);
      return Promise.resolve();
    },
  };
}

async function takeIn(
  client: Queryable,
  service: Service,
  consumer: string,
  keys: readonly InboxKey[],
): Promise<ReadonlySet<string>> {
  const sorted = keys.toSorted((a, b) => a.bucket - b.bucket || (a.eventId < b.eventId ? -1 : 1));
  const rows = await rowsByBucket<{ event_id: string }>(
    client,
    `insert into ${service}.inbox (bucket, consumer, event_id)
     select bucket, $3, event_id from unnest($1::int[], $2::text[]) as n(bucket, event_id)
     on conflict do nothing returning event_id`,
    [sorted.map(({ bucket }) => bucket), sorted.map(({ eventId }) => eventId)],
    [consumer],
  );
  return new Set(rows.map((row) => row.event_id));
}
