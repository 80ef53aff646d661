import { topics } from '../contracts/topics.ts';
import type { DirectMessage, ReceivedMessage } from './ports/messages.ts';

export type Failure = { readonly consumer: string; readonly error: unknown; readonly attempts: number };

/** What Kafka takes of a message, less room for its headers (`message.max.bytes` is 1 MiB), in bytes. */
const mostBytes = 1_000_000;
const mostOfAText = 200;

/**
 * The `EventDeadLettered` of a message: where it lay, its bytes as they were, and the error without any data. Of a message
 * that would be too large in base64, its bytes stay where they lay: a letter that Kafka refuses would hold up its partition.
 */
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
  const place = `${topic}/${partition}/${offset}`;
  const about = { consumer, topic, partition, offset };
  const failure = {
    errorCode: code,
    errorMessage: error instanceof Error ? error.message : 'not an error',
    attempts,
    at: new Date().toISOString(),
  };
  const valueBase64 = (value ?? Buffer.alloc(0)).toString('base64');
  const whole = JSON.stringify({
    ...about,
    key: key ?? null,
    headers: message.headers(),
    valueBase64,
    ...failure,
  });
  const isCut = Buffer.byteLength(whole) + Buffer.byteLength(key ?? '') > mostBytes;
  return {
    topic: topics.deadLetterEvents.name,
    partition,
    key: isCut ? place : (key ?? place),
    id: `${consumer}/${place}`,
    type: 'EventDeadLettered',
    value: isCut ? JSON.stringify({ ...about, ...beginningOf(message), isCut, ...failure }) : whole,
    ...(traceparent === undefined ? {} : { traceparent: traceparent.slice(0, mostOfAText) }),
  };
}

/** What tells a person which message it was. */
function beginningOf({ key, id, type }: ReceivedMessage) {
  const headers = {
    ...(id === undefined ? {} : { ce_id: id.slice(0, mostOfAText) }),
    ...(type === undefined ? {} : { ce_type: type.slice(0, mostOfAText) }),
  };
  return { key: key?.slice(0, mostOfAText) ?? null, headers, valueBase64: '' };
}
