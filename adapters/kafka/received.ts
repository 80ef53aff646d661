import type { Batch, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../../platform/ports/messages.ts';
import { headerText } from './cloud-event.ts';

/** The messages of a batch whose `ce_type` is wanted, or missing. Nothing else of the others is looked at. */
export function received(batch: Batch, only: ReadonlySet<string>): ReceivedMessage[] {
  const wanted: ReceivedMessage[] = [];
  for (const message of batch.messages) {
    const type = headerText(message.headers, 'ce_type');
    if (type === undefined || only.has(type)) wanted.push(read(batch, message, type));
  }
  return wanted;
}

function read({ topic, partition }: Batch, message: KafkaMessage, type: string | undefined): ReceivedMessage {
  const { headers } = message;
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString(),
    value: message.value ?? undefined,
    id: headerText(headers, 'ce_id'),
    type,
    traceparent: headerText(headers, 'traceparent'),
    headers: () =>
      Object.fromEntries(Object.keys(headers ?? {}).map((name) => [name, headerText(headers, name) ?? ''])),
  };
}
