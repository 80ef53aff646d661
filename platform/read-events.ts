import type { z } from 'zod';
import type { Topic } from '../contracts/topics.ts';
import { PermanentError } from './errors.ts';
import type { ReceivedMessage } from './ports/messages.ts';
import type { Delivered } from './worker.ts';

export type Parsed = {
  readonly message: ReceivedMessage;
  readonly delivered: Delivered<{ readonly type: string }>;
};

/** Parses messages by their contracts, once each; a second delivery of an id within the batch is left out. */
export function readEvents(
  received: readonly ReceivedMessage[],
  topics: readonly Topic[],
): {
  readonly good: readonly Parsed[];
  readonly bad: readonly { readonly message: ReceivedMessage; readonly error: PermanentError }[];
} {
  const good = new Map<string, Parsed>();
  const bad: { message: ReceivedMessage; error: PermanentError }[] = [];
  for (const message of received) {
    const parsed = readEvent(message, topics);
    if (parsed instanceof PermanentError) bad.push({ message, error: parsed });
    else if (!good.has(parsed.delivered.eventId)) good.set(parsed.delivered.eventId, parsed);
  }
  return { good: [...good.values()], bad };
}

function readEvent(message: ReceivedMessage, topics: readonly Topic[]): Parsed | PermanentError {
  const { id, type, value, topic: name, partition, traceparent } = message;
  if (id === undefined || type === undefined)
    return new PermanentError(
      'event-header-missing',
      `the message has no ${id === undefined ? 'ce_id' : 'ce_type'}`,
    );
  const schema: z.ZodType | undefined = topics.find((topic) => topic.name === name)?.events[type];
  if (!schema) return new PermanentError('event-type-unknown', `${name} has no event ${type}`);
  let json: unknown;
  try {
    json = JSON.parse(value?.toString() ?? '');
  } catch (cause) {
    return new PermanentError('event-unreadable', 'the value is not JSON', { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join('.') ?? '';
    return new PermanentError('event-invalid', `${type}: ${field} ${issue?.code ?? ''}`, {
      details: { field },
    });
  }
  const event = { ...(parsed.data as object), type };
  return {
    message,
    delivered: {
      topic: name,
      bucket: partition,
      eventId: id,
      event,
      traceparent,
      raw: value ?? Buffer.alloc(0),
    },
  };
}
