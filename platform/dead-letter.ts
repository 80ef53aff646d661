import { topics } from '../contracts/topics.ts';
import type { DirectMessage, ReceivedMessage } from './ports/messages.ts';

export type Failure = { readonly consumer: string; readonly error: unknown; readonly attempts: number };

/** The `EventDeadLettered` of a message: where it lay, its bytes as they were, and the error without any data. */
export function deadLetterOf(
  message: ReceivedMessage,
  { consumer, error, attempts }: Failure,
): DirectMessage {
  const { topic, partition, offset, key, value, traceparent } = message;
  const code =
    error instanceof Error && 'code' in error
      ? String(error.code)
      : error instanceof Error
        ? error.name
        : 'unknown';
  return {
    topic: topics.deadLetterEvents.name,
    partition,
    key: key ?? `${topic}/${partition}/${offset}`,
    id: `${consumer}/${topic}/${partition}/${offset}`,
    type: 'EventDeadLettered',
    value: JSON.stringify({
      consumer,
      topic,
      partition,
      offset,
      key: key ?? null,
      headers: message.headers(),
      valueBase64: (value ?? Buffer.alloc(0)).toString('base64'),
      errorCode: code,
      errorMessage: error instanceof Error ? error.message : 'not an error',
      attempts,
      at: new Date().toISOString(),
    }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}
