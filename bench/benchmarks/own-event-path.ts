import { createBus } from '../../adapters/kafka/bus.ts';
import { orderEvents } from '../../contracts/order-events.ts';
import type { LocalStack } from '../../environments/local.ts';
import { createHeartbeats } from '../../platform/heartbeats.ts';
import type { SharedPorts } from '../../platform/ports/index.ts';
import type { Transactions } from '../../platform/ports/transactions.ts';
import { runWorker } from '../../platform/run-worker.ts';
import { defineWorker } from '../../platform/worker.ts';
import { silentLogger } from '../../scripts/testing/silent-logger.ts';
import {
  brokersOf,
  countTo,
  maxWaitMs,
  timeAll,
  type PathMessage,
  type PathTimes,
} from './event-path-timing.ts';

/** Through our bus and the runner of the workers, with a handler that only counts. */
export async function ownPath(
  stack: LocalStack,
  topic: string,
  messages: readonly PathMessage[],
): Promise<PathTimes> {
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined); // when it comes after the last message
  const bus = createBus({
    brokers: brokersOf(stack),
    clientId: 'bench',
    source: 'bench',
    compress: false,
    log: () => undefined,
    onConsumerLost: (group, cause) => lost.reject(new Error(`the consumer ${group} was lost`, { cause })),
  });
  try {
    const counting = countTo(messages.length);
    const worker = defineWorker({
      name: `count-${topic}`,
      service: 'orders',
      consumes: { name: topic, crossRegion: false, events: orderEvents },
      only: ['OrderPlaced'],
      publishes: [],
      needs: [],
      scale: { min: 1, max: 1, lagPerReplica: 500 },
      retry: { attempts: 1, firstDelayMs: 1 },
      maxWaitMs,
      handleInSteps: (events) => Promise.resolve(counting.add(events.length)),
    });
    const consumption = await runWorker(worker, {
      source: bus,
      sink: bus,
      // The handler asks for nothing: what it would get is not part of this path.
      transactions: {} as Transactions,
      shared: {} as SharedPorts,
      logger: silentLogger,
      heartbeats: createHeartbeats(),
      tools: { region: stack.region, partitions: stack.partitions, signal: new AbortController().signal },
    });
    const publish = (batch: readonly PathMessage[]): Promise<void> =>
      bus.publish(batch.map((message) => ({ ...message, topic })));
    const times = await Promise.race([timeAll(messages, publish, counting), lost.promise]);
    await consumption.stop();
    return times;
  } finally {
    await bus.close();
  }
}
