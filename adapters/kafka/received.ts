import type { Batch, KafkaMessage } from 'kafkajs';
import type { ReceivedMessage } from '../../platform/ports/messages.ts';
import { headerText } from './cloud-event.ts';
import { LazyRecord } from './record-codec.ts';

/** The messages of a batch whose `ce_type` is wanted, or missing. Nothing else of the others is looked at. */
export function received(batch: Batch, only: ReadonlySet<string>): ReceivedMessage[] {
  const wanted: ReceivedMessage[] = [];
  for (const message of batch.messages) {
    const type = headerOf(message, 'ce_type');
    if (type === undefined || only.has(type)) wanted.push(read(batch, message, type));
  }
  return wanted;
}

function read({ topic, partition }: Batch, message: KafkaMessage, type: string | undefined): ReceivedMessage {
  return {
    topic,
    partition,
    offset: message.offset,
    key: message.key?.toString(),
    value: message.value ?? undefined,
    id: headerOf(message, 'ce_id'),
    type,
    traceparent: headerOf(message, 'traceparent'),
    headers() {
      const { headers = {} } = message;
      return Object.fromEntries(Object.keys(headers).map((name) => [name, headerText(headers, name) ?? '']));
    },
  };
}

function headerOf(message: KafkaMessage, name: string): string | undefined {
  return message instanceof LazyRecord ? message.header(name) : headerText(message.headers, name);
}
