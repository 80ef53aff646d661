import { describe, expect, test } from 'vitest';
import type { PlacedMessage, Service, Transactions } from '../../platform/ports/transactions.ts';
import type { Published } from './event-store.contract.ts';

interface TransactionsUnderTest {
  transactions: Transactions;
  /** What waits to be published with these keys, in the order in which it was written. */
  outbox(service: Service, keys: readonly string[]): Promise<readonly Published[]>;
}

const keys = (...ids: readonly string[]) => ids.map((eventId) => ({ bucket: eventId.length, eventId }));
const message = (key: string, n: number): PlacedMessage => ({
  bucket: 3,
  topic: 'audit-events',
  key,
  type: 'Told',
  eventId: `${key}/${n}`,
  payload: { n, none: undefined },
  occurredAt: new Date(0),
});

/** What all transactions must do; each test has events of its own. Buckets are 0 to 11. */
export const transactionsContract = (name: string, open: () => TransactionsUnderTest): void => {
  const take = (service: Service, consumer: string, ...ids: readonly string[]) =>
    open().transactions.run(service, (scope) => scope.inbox(consumer, keys(...ids)));
  const published = async (key: string) =>
    (await open().outbox('audit', [key])).map(({ payload }) => payload);

  describe(`${name} as transactions`, () => {
    test('answers with what the work answers', async () => {
      expect(await open().transactions.run('audit', async () => 'done')).toBe('done');
    });

    test('an inbox tells each consumer once of an event, also of one that comes twice in a batch', async () => {
      expect(await take('audit', 'one', 'a', 'bb', 'a')).toEqual(new Set(['a', 'bb']));
      expect(await take('audit', 'one', 'a', 'bb', 'ccc')).toEqual(new Set(['ccc']));
      expect(await take('audit', 'two', 'a')).toEqual(new Set(['a']));
      expect(await take('analytics', 'one', 'a')).toEqual(new Set(['a']));
      expect(await take('audit', 'one')).toEqual(new Set());
    });

    test('one event of two buckets is two', async () => {
      const sizes: number[] = [];
      for (const bucket of [1, 2, 1]) {
        const placed = [{ bucket, eventId: 'placed' }];
        sizes.push((await open().transactions.run('audit', (scope) => scope.inbox('place', placed))).size);
      }
      expect(sizes).toEqual([1, 1, 0]);
    });

    test('messages are published in their order once the work is done, and not before', async () => {
      const { transactions } = open();
      await transactions.run('audit', async (scope) => {
        void scope.outbox([message('told', 1), message('told', 2)]);
        await scope.outbox([message('told', 3)]);
        expect(await published('told')).toEqual([]);
      });
      const [first] = await open().outbox('audit', ['told']);
      expect(first).toStrictEqual({
        topic: 'audit-events',
        key: 'told',
        type: 'Told',
        eventId: 'told/1',
        payload: { n: 1 },
      });
      expect(await published('told')).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    });

    test('nothing of work that fails is left, and its error is the answer', async () => {
      const failing = open().transactions.run('audit', async (scope) => {
        await scope.inbox('fail', keys('x', 'yy'));
        await scope.outbox([message('failed', 1)]);
        throw new Error('changed its mind');
      });
      await expect(failing).rejects.toThrow('changed its mind');
      expect(await published('failed')).toEqual([]);
      expect(await take('audit', 'fail', 'x', 'yy')).toEqual(new Set(['x', 'yy']));
    });

    test('of several at once one gets an event; when that one fails, another', async () => {
      const { transactions } = open();
      let tries = 0;
      const results = await Promise.allSettled(
        Array.from({ length: 4 }, () =>
          transactions.run('audit', async (scope) => {
            const fresh = await scope.inbox('race', keys('r'));
            if (fresh.size === 0) return;
            tries += 1;
            await scope.outbox([message('raced', tries)]);
            if (tries === 1) throw new Error('the first fails');
          }),
        ),
      );
      expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
      expect(await published('raced')).toEqual([{ n: 2 }]);
    });
  });
};
