import { bucketOf } from '../domain/ids.ts';
import type { PlacedMessage, TransactionScope } from './ports/transactions.ts';
import type { Delivered } from './worker.ts';

type Message = {
  readonly topic: string;
  readonly event: { readonly type: string };
  readonly cause: Delivered<unknown>;
  readonly key: string;
  readonly part?: string;
};

/** What a handler records within one transaction, and how it gets into the outbox at its end. */
export function createRecorder(worker: string, partitions: number) {
  const messages: PlacedMessage[] = [];
  return {
    record: (...added: readonly Message[]) =>
      void messages.push(...added.map((message) => placed(worker, message, partitions))),
    flush: (scope: TransactionScope) => (messages.length > 0 ? scope.outbox(messages) : Promise.resolve()),
  };
}

/** The id follows from the cause, so that a repeated delivery publishes the same event again and not another. */
function placed(
  worker: string,
  { topic, event, cause, key, part }: Message,
  partitions: number,
): PlacedMessage {
  const { type, ...payload } = event;
  return {
    bucket: bucketOf(key, partitions),
    topic,
    key,
    type,
    eventId: `${worker}/${cause.eventId}/${type}${part === undefined ? '' : `/${part}`}`,
    payload,
    ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
    occurredAt: new Date(),
  };
}
