import { bucketOf, orderIdOf, userIdOf } from '../../domain/ids.ts';
import type { LocalStack } from '../../environments/local.ts';
import type { DirectMessage } from '../../platform/ports/messages.ts';

/** A message's way through a process that publishes and consumes it, in µs. */
export type PathTimes = { readonly wallUs: number; readonly cpuUs: number };
export type PathMessage = Omit<DirectMessage, 'topic'>;

const batchSize = 500;
export const maxWaitMs = 20;

/** Orders as they are placed, spread over the partitions as order ids are. */
export function sampleMessages(count: number, partitions: number): readonly PathMessage[] {
  const userId = userIdOf('us-east', 'bench-user-1');
  return Array.from({ length: count }, (_, index) => {
    const orderId = orderIdOf(userId, `event-${index}`);
    const placed = {
      orderId,
      userId,
      at: '2026-03-01T12:00:00.000Z',
      currency: 'USD',
      lines: [
        { sku: 'tea-1', category: 'tea', quantity: 2, unitPriceMinor: 450 },
        { sku: 'cup-1', category: 'kitchen', quantity: 1, unitPriceMinor: 1200 },
      ],
      discountMinor: 0,
      shippingMinor: 500,
      taxMinor: 200,
      totalMinor: 2800,
      paymentToken: 'tok_approve',
      shipTo: { country: 'US', postalCode: '10001' },
    };
    return {
      partition: bucketOf(orderId, partitions),
      key: orderId,
      id: `${orderId}/1`,
      type: 'OrderPlaced',
      value: JSON.stringify(placed),
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00',
    };
  });
}

type Counting = ReturnType<typeof countTo>;

/** From the first batch published to the last message consumed; the first message of all shows that both ends work. */
export async function timeAll(
  messages: readonly PathMessage[],
  publish: (batch: readonly PathMessage[]) => Promise<void>,
  counting: Counting,
): Promise<PathTimes> {
  await publish(messages.slice(0, 1));
  await counting.first;
  const cpuBefore = process.cpuUsage();
  const startedMs = performance.now();
  for (let at = 1; at < messages.length; at += batchSize) await publish(messages.slice(at, at + batchSize));
  await counting.all;
  const cpu = process.cpuUsage(cpuBefore);
  return {
    wallUs: ((performance.now() - startedMs) * 1000) / messages.length,
    cpuUs: (cpu.user + cpu.system) / messages.length,
  };
}

export function countTo(count: number) {
  const first = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  let seen = 0;
  return {
    first: first.promise,
    all: all.promise,
    add(messages: number): void {
      seen += messages;
      if (seen > 0) first.resolve();
      if (seen >= count) all.resolve();
    },
  };
}

export const brokersOf = ({ host, ports }: LocalStack): string[] => [`${host}:${ports.kafka}`];
