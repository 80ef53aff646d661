import type { Service } from './transactions.ts';

/** The services with an inbox. */
export const inboxServices = [
  'orders',
  'payment',
  'inventory',
  'shipping',
  'fraud',
  'notification',
  'analytics',
  'recommendation',
  'audit',
] as const satisfies readonly Service[];
export type InboxService = (typeof inboxServices)[number];

/** Older than `keptMs` by both clocks, the process's (`now`) and the database's: one that is fast deletes nothing young. */
export type Age = { readonly now: Date; readonly keptMs: number };

/** Deletes what nothing asks for any more: the oldest first, up to `limit` rows; answers with how many it found. */
export interface Retention {
  /** By the time at which the event was handled. */
  pruneInbox(service: InboxService, age: Age, limit: number): Promise<number>;
  /** Of users, for their fraud scores, by the time of the order. */
  pruneActivity(age: Age, limit: number): Promise<number>;
}
