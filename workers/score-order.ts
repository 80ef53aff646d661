import { topics, type EventsOn } from '../contracts/topics.ts';
import { sha256 } from '../domain/audit/chain.ts';
import { defaultFraudPolicy } from '../domain/fraud/policy.ts';
import { scoreOrder as score } from '../domain/fraud/score.ts';
import type { FraudOrder } from '../platform/ports/fraud-scores.ts';
import { wholePod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

const types = { clear: 'FraudCleared', review: 'FraudReviewRequested', reject: 'FraudRejected' } as const;

/** Scores each order once: how much and how often its user orders, with how many cards, where to, and who is blocked. */
export const scoreOrder = defineWorker({
  name: 'score-order',
  service: 'fraud',
  consumes: topics.orderEvents,
  only: ['OrderPlaced'],
  publishes: [topics.fraudDetectionEvents],
  needs: ['scores'],
  scale: { min: 6, max: 15, lagPerReplica: 500 },
  resources: wholePod,
  retry: { attempts: 5, firstDelayMs: 200 },
  inbox: 'natural',
  async handle(events, { scores, record }) {
    const orders = events.map(({ bucket, event }) => fraudOrder(bucket, event));
    const scored = await scores.scoreAll(orders, (input, blocked) =>
      score(input, { ...defaultFraudPolicy, blocked }),
    );
    for (const [index, result] of scored.entries()) {
      const cause = events[index]!;
      if (!result) continue; // scored before: its message is in the outbox or on its way
      const { orderId, userId } = cause.event;
      const event = {
        type: types[result.outcome],
        orderId,
        userId,
        at: new Date().toISOString(),
        score: result.score / 100,
        signals: result.signals,
      };
      record({ topic: topics.fraudDetectionEvents.name, event, cause, key: orderId });
    }
  },
});

type Placed = Extract<EventsOn<typeof topics.orderEvents>, { type: 'OrderPlaced' }>;

function fraudOrder(
  bucket: number,
  { orderId, userId, at, totalMinor, currency, paymentToken, shipTo }: Placed,
): FraudOrder {
  return {
    bucket,
    orderId,
    userId,
    placedAt: new Date(at),
    totalMinor,
    currency,
    cardHash: sha256(paymentToken),
    shipToCountry: shipTo.country,
    addressHash: sha256(`${shipTo.country}/${shipTo.postalCode}`),
  };
}
