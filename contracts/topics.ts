import { analyticsEvents } from './analytics-events.ts';
import { auditEvents } from './audit-events.ts';
import { cacheEvents } from './cache-events.ts';
import { deadLetterEvents } from './dead-letter-events.ts';
import type { EventOf, EventSchemas } from './event-parts.ts';
import { fraudEvents } from './fraud-events.ts';
import { inventoryEvents } from './inventory-events.ts';
import { notificationEvents } from './notification-events.ts';
import { orderEvents } from './order-events.ts';
import { paymentEvents } from './payment-events.ts';
import { recommendationEvents } from './recommendation-events.ts';

/** A Kafka topic: `crossRegion` ones are mirrored to the other regions, `events` has a schema for each `ce_type`. */
export type Topic<Schemas extends EventSchemas = EventSchemas> = {
  readonly name: string;
  readonly crossRegion: boolean;
  readonly events: Schemas;
};

/** How long Kafka keeps a message, at most. Whoever remembers what was handled remembers it for longer. */
export const topicRetentionDays = 30;

/** The nine topics of the system design, and the one for messages that no attempt could handle. */
export const topics = {
  orderEvents: { name: 'order-events', crossRegion: true, events: orderEvents },
  paymentEvents: { name: 'payment-events', crossRegion: true, events: paymentEvents },
  inventoryEvents: { name: 'inventory-events', crossRegion: true, events: inventoryEvents },
  notificationEvents: { name: 'notification-events', crossRegion: true, events: notificationEvents },
  analyticsEvents: { name: 'analytics-events', crossRegion: true, events: analyticsEvents },
  fraudDetectionEvents: { name: 'fraud-detection-events', crossRegion: true, events: fraudEvents },
  recommendationEvents: { name: 'recommendation-events', crossRegion: true, events: recommendationEvents },
  cacheInvalidationEvents: { name: 'cache-invalidation-events', crossRegion: false, events: cacheEvents },
  auditEvents: { name: 'audit-events', crossRegion: false, events: auditEvents },
  deadLetterEvents: { name: 'dead-letter-events', crossRegion: false, events: deadLetterEvents },
} as const satisfies Record<string, Topic>;

/** The events that a topic carries, each with its `type`. */
export type EventsOn<Subject extends Topic> = Subject extends Topic ? EventOf<Subject['events']> : never;
