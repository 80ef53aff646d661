import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import type { Message } from 'kafkajs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { topics } from '../../contracts/topics.ts';
import type { DeadLetterEvent } from '../../contracts/dead-letter-events.ts';
import { workers } from '../../workers/index.ts';
import { settle } from '../auditor/settle.ts';
import { extentsOf } from '../auditor/topic-reader.ts';
import { waitFor } from '../stack/wait.ts';
import { allEnded, countWith, evidence, rowsOf, seconds, tell, untilGrows } from './conditions.ts';
import { startLoad } from './load.ts';
import { readLedger } from './provider-books.ts';
import { isCopy, publishAgain, readMessages, startDoubling } from './republish.ts';
import { openWorld, type World } from './world.ts';

const { Partitioners } = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');
const topicNames = Object.values(topics).map(({ name }) => name);

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 180_000);
afterAll(() => world?.close(), 60_000);

test('every event delivered once more, out of order across keys, when all has ended changes nothing', async () => {
  const placed = await startLoad(world, {
    perSecond: 40,
    seconds: 5,
    paymentTokenOf: (n) => (n % 10 === 3 ? 'tok_declined' : n % 10 === 9 ? 'tok_slow' : 'tok_approve'),
    cancelEach: 10,
  }).done;
  await allEnded(world, placed);
  await quiet();
  const [before, messages] = [await takeStock(), await readMessages(world, topicNames)];
  const startedAt = performance.now();
  await publishAgain(world, messages);
  await quiet();
  tell(
    `${messages.length} messages published again were read again in ${seconds(performance.now() - startedAt)}`,
  );
  expect(await takeStock()).toEqual(before);
  // Nobody has published anything because of them.
  expect(await readMessages(world, topicNames)).toHaveLength(2 * messages.length);
  await world.expectClean();
}, 240_000);

test('every event delivered twice, out of order across keys, while orders are on their way has one effect', async () => {
  const before = idsOf(await readMessages(world, topicNames));
  const doubling = await startDoubling(world, topicNames);
  const placed = await startLoad(world, {
    perSecond: 40,
    seconds: 8,
    paymentTokenOf: (n) => (n % 10 === 3 ? 'tok_declined' : n % 10 === 9 ? 'tok_slow' : 'tok_approve'),
    cancelEach: 10,
  }).done;
  await allEnded(world, placed);
  await quiet();
  const ended = await takeStock();
  const { copies, inFlight } = await doubling.stop();
  await quiet();
  expect(await takeStock()).toEqual(ended);
  const messages = await readMessages(world, topicNames);
  const since = idsOf(messages).difference(before);
  tell(`${since.size} messages doubled, ${inFlight} of them when their orders were on their way`);
  expect(idsOf(messages.filter(isCopy))).toEqual(since);
  expect(copies).toBeGreaterThanOrEqual(since.size);
  expect(inFlight).toBeGreaterThan(placed.length);
  expect((await deadLetters()).size).toBe(0);
  expect(await countWith(world, placed, 'OrderShipped')).toBeGreaterThan(0);
  await world.expectClean();
}, 240_000);

const idsOf = (messages: Awaited<ReturnType<typeof readMessages>>): ReadonlySet<string> =>
  new Set(messages.map(({ topic, headers }) => `${topic} ${String(headers['ce_id'])}`));

test('poison on order-events is dead-lettered for each consumer with its position, and all else goes on', async () => {
  const load = startLoad(world, { perSecond: 40, seconds: 90 });
  await untilGrows(world, 'payments', evidence['capture-payment']);
  const poison: Record<string, Message> = {
    'not JSON': { value: '{"orderId":', headers: headersOf('poison-1', 'OrderPlaced') },
    'another schema': { value: '{"orderId":42}', headers: headersOf('poison-2', 'OrderPaid') },
    'no ce_id': { value: '{}', headers: { ce_type: 'OrderShipped' } },
    'no ce_type': { value: '{}', headers: { ce_id: 'poison-4' } },
    // As its letter in base64 it would be more than Kafka takes.
    'no room for it': { value: `{${' '.repeat(900_000)}`, headers: headersOf('poison-5', 'OrderPlaced') },
  };
  const positions = await publishPoison(Object.values(poison));
  const expected = ['OrderPlaced', 'OrderPaid', 'OrderShipped', undefined, 'OrderPlaced'].flatMap(
    (type, index) => consumersOf(type).map((consumer) => `${consumer} ${positions[index]}`),
  );
  expect(expected.length).toBeGreaterThan(15);
  await waitFor('the dead letters', async () => (await deadLetters()).size >= expected.length, {
    timeoutMs: 60_000,
  });
  await allEnded(world, await load.stop());
  expect([...(await deadLetters())].toSorted()).toEqual(expected.toSorted());
  await world.expectClean();
}, 240_000);

const headersOf = (id: string, type: string) => ({
  ce_id: id,
  ce_type: type,
  ce_source: '/test',
  ce_time: new Date().toISOString(),
});

/** Who reads a message of this type: without a type all do. */
function consumersOf(type: string | undefined): readonly string[] {
  return workers
    .filter(({ consumes }) => [consumes].flat().includes(topics.orderEvents))
    .filter(({ only }) => type === undefined || (only as readonly string[]).includes(type))
    .map(({ name }) => name);
}

/** @returns where each message lies, as `partition/offset`. */
async function publishPoison(messages: readonly Message[]): Promise<readonly string[]> {
  const producer = world.sources.kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  const positions: string[] = [];
  for (const [partition, message] of messages.entries()) {
    const [sent] = await producer.send({
      topic: topics.orderEvents.name,
      messages: [{ ...message, partition }],
    });
    positions.push(`${partition}/${sent?.baseOffset}`);
  }
  await producer.disconnect();
  return positions;
}

async function deadLetters(): Promise<ReadonlySet<string>> {
  const letters = await readMessages(world, [topics.deadLetterEvents.name]);
  return new Set(
    letters.map(({ value }) => {
      const { consumer, topic, partition, offset } = JSON.parse(String(value)) as DeadLetterEvent;
      expect(topic).toBe(topics.orderEvents.name);
      return `${consumer} ${partition}/${offset}`;
    }),
  );
}

/**
 * Waits until all topics are read to their ends and all outboxes are empty, and nothing was published meanwhile: what a
 * worker recorded between the look at the outboxes and the one at its offsets has a message, or a row at the second look.
 */
async function quiet(): Promise<void> {
  await waitFor(
    'the platform to be quiet',
    async () => {
      const before = await extentsOf(world.sources, topicNames);
      for (let looks = 0; looks < 2; looks++) {
        const { unsettled } = await settle(world.sources, 90_000, (_source, read) => read());
        expect(unsettled).toEqual([]);
      }
      return isDeepStrictEqual(await extentsOf(world.sources, topicNames), before);
    },
    { timeoutMs: 90_000 },
  );
}

/** A number for everything that a repeated event could change. */
async function takeStock(): Promise<object> {
  const { sources } = world;
  const counts = {
    orders: rowsOf('orders.events'),
    payments: rowsOf('payment.events'),
    shipments: rowsOf('shipping.events'),
    journal: rowsOf('payment.journal'),
    mails: rowsOf('notification.mails'),
    scores: rowsOf('fraud.scores'),
    reservations: rowsOf('inventory.reservations'),
    entries: rowsOf('audit.entries'),
    links: rowsOf('audit.links'),
  };
  const rows = await Promise.all(
    Object.entries(counts).map(async ([name, count]) => [name, await count(world)] as const),
  );
  const { rows: sums } = await sources.postgres.query<object>(
    `select (select sum(on_hand) from inventory.stock)::text as on_hand,
       (select sum(reserved) from inventory.stock)::text as reserved,
       (select sum(orders) from analytics.sales)::text as sales,
       (select sum(total_minor) from analytics.sales)::text as sold_minor`,
  );
  const delivered = (await (await fetch(`${sources.mailsUrl}/mails/count`)).json()) as object;
  const histories = await sources.mongo.collection('order_history').countDocuments();
  return {
    ...Object.fromEntries(rows),
    ...sums[0],
    delivered,
    histories,
    booked: (await readLedger(world)).length,
  };
}
