import type {
  PlacedMessage,
  Service,
  Transactions,
  TransactionScope,
} from '../../platform/ports/transactions.ts';

type MemoryTransactions = Transactions & {
  /** What committed transactions have published, with their service. */
  readonly outbox: (PlacedMessage & { readonly service: Service })[];
  /** How many events consumers have handled. */
  handled(): number;
};

/** Inboxes and outboxes without a database, as the contract of transactions asks for; there is no other port in them. */
export function createMemoryTransactions(): MemoryTransactions {
  const outbox: MemoryTransactions['outbox'] = [];
  const inbox = new Set<string>();
  // One after the other, as those that want the same events are in a database.
  let last: Promise<unknown> = Promise.resolve();

  async function attempt<Result>(service: Service, work: (scope: TransactionScope) => Promise<Result>) {
    const taken = new Set<string>();
    const messages: MemoryTransactions['outbox'] = [];
    const scope: Pick<TransactionScope, 'inbox' | 'outbox'> = {
      async inbox(consumer, keys) {
        const fresh = keys.filter(({ bucket, eventId }) => {
          const name = JSON.stringify([service, bucket, consumer, eventId]);
          return !inbox.has(name) && !taken.has(name) && taken.add(name);
        });
        return new Set(fresh.map(({ eventId }) => eventId));
      },
      async outbox(added) {
        const rows = added.map((message) => ({ ...message, service, payload: asJson(message.payload) }));
        messages.push(...rows);
      },
    };
    const result = await work(scope as TransactionScope);
    for (const name of taken) inbox.add(name);
    outbox.push(...messages);
    return result;
  }

  return {
    outbox,
    handled: () => inbox.size,
    run(service, work) {
      const own = last.then(() => attempt(service, work));
      last = own.catch(() => undefined);
      return own;
    },
  };
}

const asJson = (data: unknown): unknown => JSON.parse(JSON.stringify(data));
