import { topics } from '../../contracts/topics.ts';
import type { DeadLetterEvent } from '../../contracts/dead-letter-events.ts';
import type { DeadLetters } from './order/order-facts.ts';
import type { AuditSources } from './sources.ts';
import { extentsOf, readTopics } from './topic-reader.ts';

/** All dead letters by the consumer that gave up; there are few, or the platform has another problem. */
export async function readDeadLetters(sources: AuditSources): Promise<DeadLetters> {
  const { name } = topics.deadLetterEvents;
  const extents = await extentsOf(sources, [name]);
  const byConsumer = new Map<string, Set<string>>();
  const orderIds = new Set<string>();
  const partitions = (extents.get(name) ?? []).map(({ partition }) => partition);
  await readTopics(sources, extents, partitions, (_topic, _partition, { value }) => {
    const letter = JSON.parse(value?.toString() ?? 'null') as DeadLetterEvent | null;
    if (!letter) return;
    const eventIds = byConsumer.get(letter.consumer) ?? new Set();
    byConsumer.set(letter.consumer, eventIds.add(letter.headers['ce_id'] ?? ''));
    if (letter.key) orderIds.add(letter.key);
  });
  return { byConsumer, orderIds };
}
