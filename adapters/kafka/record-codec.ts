import type { IHeaders } from 'kafkajs';

/** A record as kafkajs's producer hands it to its encoder; a text is written as UTF-8. */
export type RecordToEncode = {
  readonly offsetDelta?: number;
  /** In ms. */
  readonly timestampDelta?: number;
  readonly key?: Buffer | string | null;
  readonly value?: Buffer | string | null;
  readonly headers?: Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>;
};
type HeaderValue = Buffer | string;

/** What kafkajs takes for an `Encoder` when it joins records to a batch. */
export type EncodedRecord = { readonly buf: Buffer; readonly buffer: Buffer; readonly offset: number };

/** What kafkajs knows of a batch, the same object for each of its records. */
export type BatchContext = {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly maxTimestamp?: string;
  readonly timestampType?: number;
  readonly magicByte: number;
  readonly isControlBatch?: boolean;
};

const logAppendTime = 1;

/**
 * Writes one record (Kafka protocol, record batch v2) into one buffer of its size. kafkajs takes a zeroed buffer of 512
 * bytes a record and one more a header.
 */
export function encodeRecord(record: RecordToEncode): EncodedRecord {
  const { offsetDelta = 0, timestampDelta = 0, key, value, headers = {} } = record;
  const keyBytes = byteLengthOf(key);
  const valueBytes = byteLengthOf(value);
  let headerCount = 0;
  let headerBytes = 0;
  const measure = (name: string, of: HeaderValue): void => {
    headerCount += 1;
    headerBytes += sizeOfBytes(Buffer.byteLength(name)) + sizeOfBytes(byteLengthOf(of));
  };
  eachHeader(headers, measure);
  const bodyBytes =
    1 +
    sizeOfVarInt(timestampDelta) +
    sizeOfVarInt(offsetDelta) +
    sizeOfBytes(keyBytes) +
    sizeOfBytes(valueBytes) +
    sizeOfVarInt(headerCount) +
    headerBytes;
  const buffer = Buffer.allocUnsafe(sizeOfVarInt(bodyBytes) + bodyBytes);
  let at = writeVarInt(buffer, 0, bodyBytes);
  buffer[at] = 0; // attributes: none is in use
  at = writeVarInt(buffer, at + 1, timestampDelta);
  at = writeVarInt(buffer, at, offsetDelta);
  at = writeBytes(buffer, at, key, keyBytes);
  at = writeBytes(buffer, at, value, valueBytes);
  at = writeVarInt(buffer, at, headerCount);
  eachHeader(headers, (name, of) => {
    at = writeBytes(buffer, at, name, Buffer.byteLength(name));
    at = writeBytes(buffer, at, of, byteLengthOf(of));
  });
  return { buf: buffer, buffer, offset: buffer.length };
}

function eachHeader(
  headers: NonNullable<RecordToEncode['headers']>,
  visit: (name: string, value: HeaderValue) => void,
): void {
  for (const name of Object.keys(headers)) {
    const value = headers[name] as HeaderValue | readonly HeaderValue[];
    if (Array.isArray(value)) for (const one of value as readonly HeaderValue[]) visit(name, one);
    else visit(name, value as HeaderValue);
  }
}

/** Minus one stands for null. */
function byteLengthOf(value: Buffer | string | null | undefined): number {
  return value === null || value === undefined ? -1 : Buffer.byteLength(value);
}

function sizeOfBytes(bytes: number): number {
  return sizeOfVarInt(bytes) + Math.max(bytes, 0);
}

/** Zigzag (Protocol Buffers, "Encoding"): small numbers of either sign are few bytes. */
function sizeOfVarInt(value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let bytes = 1;
  for (; rest >= 0x80; bytes += 1) rest = Math.floor(rest / 0x80);
  return bytes;
}

function writeVarInt(buffer: Buffer, start: number, value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let at = start;
  for (; rest >= 0x80; at += 1) {
    buffer[at] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at] = rest;
  return at + 1;
}

function writeBytes(
  buffer: Buffer,
  start: number,
  value: Buffer | string | null | undefined,
  bytes: number,
): number {
  const at = writeVarInt(buffer, start, bytes);
  if (bytes <= 0) return at;
  if (typeof value === 'string') buffer.write(value, at);
  else value?.copy(buffer, at);
  return at + bytes;
}

/** A record that kafkajs's consumer hands over: of one that nobody wants, nothing but a header is looked at. */
export class LazyRecord {
  readonly magicByte: number;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
  readonly attributes: number;
  readonly offset: string;
  readonly #buffer: Buffer;
  readonly #timestampDelta: number;
  readonly #keyAt: number;
  readonly #keyBytes: number;
  readonly #valueAt: number;
  readonly #valueBytes: number;
  readonly #headersAt: number;

  constructor(buffer: Buffer, context: BatchContext) {
    const cursor = { buffer, at: 1 };
    this.#buffer = buffer;
    this.batchContext = context;
    this.magicByte = context.magicByte;
    this.isControlRecord = context.isControlBatch ?? false;
    this.attributes = buffer.readInt8(0);
    this.#timestampDelta = readVarInt(cursor);
    this.offset = plus(context.firstOffset, readVarInt(cursor));
    this.#keyBytes = readVarInt(cursor);
    this.#keyAt = cursor.at;
    cursor.at += Math.max(this.#keyBytes, 0);
    this.#valueBytes = readVarInt(cursor);
    this.#valueAt = cursor.at;
    this.#headersAt = cursor.at + Math.max(this.#valueBytes, 0);
  }

  /** In ms since 1970, as text. */
  get timestamp(): string {
    const { timestampType, maxTimestamp, firstTimestamp } = this.batchContext;
    return timestampType === logAppendTime && maxTimestamp !== undefined
      ? maxTimestamp
      : plus(firstTimestamp, this.#timestampDelta);
  }

  get key(): Buffer | null {
    return this.#bytes(this.#keyAt, this.#keyBytes);
  }

  get value(): Buffer | null {
    return this.#bytes(this.#valueAt, this.#valueBytes);
  }

  get headers(): IHeaders {
    const headers = new Map<string, Buffer | Buffer[]>();
    this.#eachHeader((nameAt, nameBytes, valueAt, valueBytes) => {
      const name = this.#buffer.toString('utf8', nameAt, nameAt + nameBytes);
      const value = this.#bytes(valueAt, valueBytes) as Buffer;
      const before = headers.get(name);
      headers.set(name, before === undefined ? value : [before, value].flat());
      return false;
    });
    // Names are the sender's: as an assignment `__proto__` would be no member.
    return Object.fromEntries(headers);
  }

  /** The text of the first header of that name in ASCII; undefined when there is none, or an empty one. */
  header(name: string): string | undefined {
    let text: string | undefined;
    this.#eachHeader((nameAt, nameBytes, valueAt, valueBytes) => {
      if (nameBytes !== name.length) return false;
      for (let index = 0; index < nameBytes; index += 1)
        if (this.#buffer[nameAt + index] !== name.charCodeAt(index)) return false;
      if (valueBytes > 0) text = this.#buffer.toString('utf8', valueAt, valueAt + valueBytes);
      return true;
    });
    return text;
  }

  #bytes(at: number, bytes: number): Buffer | null {
    return bytes < 0 ? null : this.#buffer.subarray(at, at + bytes);
  }

  #eachHeader(
    isLast: (nameAt: number, nameBytes: number, valueAt: number, valueBytes: number) => boolean,
  ): void {
    const cursor = { buffer: this.#buffer, at: this.#headersAt };
    for (let left = readVarInt(cursor); left > 0; left -= 1) {
      const nameBytes = readVarInt(cursor);
      const nameAt = cursor.at;
      cursor.at += nameBytes;
      const valueBytes = readVarInt(cursor);
      const valueAt = cursor.at;
      cursor.at += Math.max(valueBytes, 0);
      if (isLast(nameAt, nameBytes, valueAt, valueBytes)) return;
    }
  }
}

type Cursor = { readonly buffer: Buffer; at: number };

function readVarInt(cursor: Cursor): number {
  let byte = cursor.buffer[cursor.at++]!;
  let value = byte & 0x7f;
  for (let scale = 0x80; byte >= 0x80; scale *= 0x80) {
    byte = cursor.buffer[cursor.at++]!;
    value += (byte & 0x7f) * scale;
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Offsets and times stay far below 2^53. */
function plus(text: string, delta: number): string {
  return delta === 0 ? text : String(Number(text) + delta);
}
