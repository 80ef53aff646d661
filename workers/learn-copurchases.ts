import { topics } from '../contracts/topics.ts';
import { isShownDifferently, pairsIn, shown } from '../domain/recommendation/copurchases.ts';
import { smallPod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

/**
 * Learns what is bought together from paid orders. The counts share the inbox's transaction; an event says so only when
 * shoppers see something else than before, because counts alone change with every order.
 */
export const learnCopurchases = defineWorker({
  name: 'learn-copurchases',
  service: 'recommendation',
  consumes: topics.orderEvents,
  only: ['OrderPaid'],
  publishes: [topics.recommendationEvents],
  needs: ['copurchases'],
  scale: { min: 2, max: 8, lagPerReplica: 5000 },
  resources: smallPod,
  retry: { attempts: 5, firstDelayMs: 500 },
  maxWaitMs: 1000,
  minBytes: 1024 * 1024,
  inbox: 'table',
  async handle(events, { copurchases, record }) {
    const skusOf = events.map(({ event }) => event.lines.map(({ sku }) => sku));
    const learned = await copurchases.learnAll(pairsIn(skusOf));
    const at = new Date().toISOString();
    for (const { sku, before, after } of learned) {
      if (!isShownDifferently(before, after)) continue;
      const cause = events[skusOf.findLastIndex((skus) => skus.includes(sku))]!;
      record({
        topic: topics.recommendationEvents.name,
        event: { type: 'CopurchasesLearned', sku, boughtWith: [...shown(after)], at },
        cause,
        key: sku,
        part: sku,
      });
    }
  },
});
