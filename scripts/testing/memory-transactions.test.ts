import { transactionsContract } from '../../adapters/postgres/transactions.contract.ts';
import { createMemoryTransactions } from './memory-transactions.ts';

const transactions = createMemoryTransactions();

transactionsContract('memory', () => ({
  transactions,
  outbox: async (service, keys) =>
    transactions.outbox
      .filter((message) => message.service === service && keys.includes(message.key))
      .map(({ topic, key, type, eventId, payload }) => ({ topic, key, type, eventId, payload })),
}));
