import { topics } from '../contracts/topics.ts';
import { sha256 } from '../domain/audit/chain.ts';
import { smallPod } from '../platform/scale.ts';
import { defineWorker } from '../platform/worker.ts';

const consumes = [topics.orderEvents, topics.paymentEvents] as const;

/** Keeps the hash of each order and payment event in a chain for each bucket: what is changed or removed later shows. */
export const appendAudit = defineWorker({
  name: 'append-audit',
  service: 'audit',
  consumes,
  only: [...Object.keys(topics.orderEvents.events), ...Object.keys(topics.paymentEvents.events)] as (
    keyof typeof topics.orderEvents.events | keyof typeof topics.paymentEvents.events
  )[],
  publishes: [topics.auditEvents],
  needs: ['auditChain'],
  scale: { min: 2, max: 8, lagPerReplica: 5000 },
  resources: smallPod,
  retry: { attempts: 5, firstDelayMs: 500 },
  maxBatch: 2000,
  maxWaitMs: 1000,
  minBytes: 1024 * 1024,
  inbox: 'natural',
  async handle(events, { auditChain, record }) {
    const byId = new Map(events.map((delivered) => [delivered.eventId, delivered]));
    const links = await auditChain.append(
      events.map(({ bucket, eventId, event, raw }) => ({
        bucket,
        eventId,
        subject: event.orderId,
        action: event.type,
        dataHash: sha256(raw.toString()),
        at: event.at,
      })),
    );
    for (const { bucket, sequence, previousHash, hash, entries } of links) {
      const cause = byId.get(entries.at(-1)!.eventId)!;
      const chain = `orders/${bucket}`;
      record({
        topic: topics.auditEvents.name,
        event: {
          type: 'AuditRecorded',
          chain,
          sequence,
          previousHash,
          hash,
          subject: `${entries.length} events`,
          action: 'link',
          dataHash: sha256(JSON.stringify(entries.map(({ dataHash }) => dataHash))),
          at: new Date().toISOString(),
        },
        cause,
        key: cause.event.orderId,
      });
    }
  },
});
