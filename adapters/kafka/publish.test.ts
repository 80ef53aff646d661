import type { Producer, ProducerBatch } from 'kafkajs';
import { expect, test } from 'vitest';
import { publisher } from './publish.ts';

/** Publishes through a producer that only remembers. */
async function requestsFor(rows: Parameters<ReturnType<typeof publisher>>[0]): Promise<ProducerBatch[]> {
  const requests: ProducerBatch[] = [];
  const sendBatch = (batch: ProducerBatch) => Promise.resolve(void requests.push(batch));
  await publisher({ sendBatch } as unknown as Producer, { source: '/orders', compress: false })(rows);
  return requests;
}

const row = (bucket: number, index: number, payload: string) => ({
  bucket,
  topic: 'order-events',
  key: `ord_use1_${bucket}`,
  type: 'OrderPlaced',
  eventId: `orders/ord_use1_${bucket}/${index}`,
  payload,
  traceparent: null,
  occurredAt: new Date('2026-01-01T00:00:00Z'),
});

const messagesOf = ({ topicMessages = [] }: ProducerBatch) =>
  topicMessages.flatMap(({ messages }) => messages);

test('what a pass takes of ordinary rows is one request', async () => {
  const rows = Array.from({ length: 200 }, (_, index) => row(index % 12, index, 'x'.repeat(900)));
  expect((await requestsFor(rows)).map((request) => messagesOf(request).length)).toEqual([200]);
  expect(await requestsFor([])).toEqual([]);
});

test.each([
  ['orders of a hundred lines', 200, 'x'.repeat(14_000)],
  ['the same in letters of three bytes', 200, '✓'.repeat(14_000)],
  ['many small rows', 20_000, '{}'],
])(
  '%s: no partition gets more in a request than a broker takes, and its rows keep their order',
  async (_what, count, payload) => {
    const rows = Array.from({ length: count }, (_, index) => row(index % 2, index, payload));
    const requests = await requestsFor([...rows, row(7, 0, payload)]);
    for (const partition of [0, 1, 7]) {
      const sent = requests.map((request) =>
        messagesOf(request).filter((message) => message.partition === partition),
      );
      for (const messages of sent) {
        let bytes = 0;
        for (const { value, headers, key } of messages)
          bytes += Buffer.byteLength(`${value?.toString()}${key?.toString()}${JSON.stringify(headers)}`);
        expect(bytes).toBeLessThan(1024 * 1024);
      }
      const ids = sent.flat().map(({ headers }) => headers?.['ce_id']);
      expect(ids).toEqual(
        [...rows, row(7, 0, payload)]
          .filter(({ bucket }) => bucket === partition)
          .map(({ eventId }) => eventId),
      );
    }
    expect(requests.length).toBeLessThan(20);
  },
);

test('one row that is too large for any batch goes alone: the broker says so', async () => {
  const large = 'x'.repeat(400_000);
  const rows = [row(0, 0, large), row(0, 1, '{}'), row(0, 2, large)];
  expect((await requestsFor(rows)).map((request) => messagesOf(request).length)).toEqual([1, 1, 1]);
});
