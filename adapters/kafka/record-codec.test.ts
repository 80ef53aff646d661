import { createRequire } from 'node:module';
import {
  assert,
  constant,
  dictionary,
  integer,
  oneof,
  property,
  record,
  string,
  uint8Array,
} from 'fast-check';
import { expect, test } from 'vitest';
import { encodeRecord, LazyRecord, type BatchContext, type RecordToEncode } from './record-codec.ts';

// kafkajs's own, under its own names: nobody has replaced them in this process.
const require = createRequire(import.meta.url);
const folder = 'kafkajs/src/protocol/recordBatch/record/v0';
const kafkajsEncode = require(`${folder}/index.js`) as (of: RecordToEncode) => { buffer: Buffer };
const KafkajsDecoder = require('kafkajs/src/protocol/decoder.js') as new (buffer: Buffer) => {
  readVarIntBytes(): Buffer;
};
type Decoded = Pick<
  LazyRecord,
  'key' | 'value' | 'headers' | 'offset' | 'timestamp' | 'attributes' | 'magicByte' | 'isControlRecord'
>;
const kafkajsDecode = require(`${folder}/decoder.js`) as (decoder: object, context: BatchContext) => Decoded;

const bytes = uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const text = string({ unit: 'binary', maxLength: 200 });
const content = oneof(text, bytes, constant(null));
const headerValue = oneof(text, bytes);
const records = record(
  {
    offsetDelta: integer({ min: 0, max: 2 ** 31 - 1 }),
    timestampDelta: integer({ min: -(2 ** 40), max: 2 ** 40 }),
    key: content,
    value: content,
    headers: dictionary(
      // kafkajs takes `constructor` for a header that was there before.
      text.filter((name) => !(name in {})),
      oneof(
        headerValue,
        headerValue.map((one) => [one, one]),
      ),
      { noNullPrototype: true },
    ),
  },
  { requiredKeys: [] },
);
const contexts = record({
  firstOffset: integer({ min: 0, max: 2 ** 52 }).map(String),
  firstTimestamp: integer({ min: 0, max: 2 ** 45 }).map(String),
  maxTimestamp: integer({ min: 0, max: 2 ** 45 }).map(String),
  timestampType: oneof(constant(0), constant(1)),
  magicByte: constant(2),
  isControlBatch: oneof(constant(true), constant(false)),
});

test('a record is the bytes that kafkajs writes', () => {
  assert(
    property(records, (of) => {
      const encoded = encodeRecord(of);
      expect(encoded.buffer.toString('hex')).toBe(kafkajsEncode(of).buffer.toString('hex'));
      expect(encoded.offset).toBe(encoded.buffer.length);
    }),
  );
});

test('a record is read as kafkajs reads it', () => {
  assert(
    property(records, contexts, (of, context) => {
      const body = new KafkajsDecoder(encodeRecord(of).buffer).readVarIntBytes();
      const expected = kafkajsDecode(new KafkajsDecoder(body), context);
      const read = new LazyRecord(body, context);
      const { key, value, headers, offset, timestamp, attributes, magicByte, isControlRecord } = read;
      expect({ key, value, headers, offset, timestamp, attributes, magicByte, isControlRecord }).toEqual({
        key: expected.key,
        value: expected.value,
        headers: expected.headers,
        offset: expected.offset,
        timestamp: expected.timestamp,
        attributes: expected.attributes,
        magicByte: expected.magicByte,
        isControlRecord: expected.isControlRecord,
      });
      expect(read.batchContext).toBe(context);
    }),
  );
});

test('a header may be called as a member of every object is', () => {
  const headers = Object.fromEntries([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  const body = new KafkajsDecoder(encodeRecord({ headers }).buffer).readVarIntBytes();
  const read = new LazyRecord(body, { firstOffset: '0', firstTimestamp: '0', magicByte: 2 }).headers;
  expect(Object.entries(read).map(([name, value]) => [name, String(value)])).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});

test('one header is read without the others: the first of its name, and none that is empty', () => {
  const of = { headers: { ce_id: 'a/1', ce_type: ['Ä', 'second'], ce_typ: 'x', ce_source: '' } };
  const body = new KafkajsDecoder(encodeRecord(of).buffer).readVarIntBytes();
  const read = new LazyRecord(body, { firstOffset: '0', firstTimestamp: '0', magicByte: 2 });
  expect(['ce_id', 'ce_type', 'ce_source', 'traceparent'].map((name) => read.header(name))).toEqual([
    'a/1',
    'Ä',
    undefined,
    undefined,
  ]);
});
