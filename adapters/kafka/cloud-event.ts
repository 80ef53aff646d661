import type { IHeaders } from 'kafkajs';

/** A fact as it crosses Kafka: CloudEvents 1.0, Kafka protocol binding, binary content mode. */
export type KafkaEvent = {
  /** Unique within `source`; deliveries of one event carry the same id. */
  readonly id: string;
  readonly type: string;
  readonly source: string;
  /** W3C Trace Context, if the fact was recorded within a trace. */
  readonly traceparent?: string;
};

/**
 * Headers of the binary mode: attributes as `ce_*`, the value is the bare data. Only what a consumer cannot do without:
 * each header costs kafkajs as much as the rest of a small message, and the data says when the event happened.
 */
export function headersOf(event: KafkaEvent): Record<string, string> {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: event.id,
    ce_type: event.type,
    ce_source: event.source,
  };
  if (event.traceparent !== undefined) headers['traceparent'] = event.traceparent;
  return headers;
}

/** The attributes of a message, or the name of the header that is missing. */
export function eventOf(
  headers: IHeaders | undefined,
): { readonly event: KafkaEvent } | { readonly missing: string } {
  const attributes: Record<'id' | 'type' | 'source', string> = {
    id: '',
    type: '',
    source: '',
  };
  for (const name of ['id', 'type', 'source'] as const) {
    const text = headerText(headers, `ce_${name}`);
    if (text === undefined || text === '') return { missing: `ce_${name}` };
    attributes[name] = text;
  }
  const traceparent = headerText(headers, 'traceparent');
  return { event: traceparent === undefined ? attributes : { ...attributes, traceparent } };
}

/** A header's text; a repeated header reaches us as a list, of which the first one counts. Kafka's headers may be null. */
export function headerText(headers: IHeaders | undefined, name: string): string | undefined {
  const value = headers?.[name];
  const first = (Array.isArray(value) ? value[0] : value) as Buffer | string | null | undefined;
  return first ? first.toString() || undefined : undefined;
}
