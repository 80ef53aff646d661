import { eventStoreContract } from '../../adapters/postgres/event-store.contract.ts';
import { createMemoryEventStore } from './memory-event-store.ts';

const store = createMemoryEventStore();

eventStoreContract('memory', () => ({
  store,
  outbox: async (keys) => store.outbox.filter(({ key }) => keys.includes(key)),
}));
