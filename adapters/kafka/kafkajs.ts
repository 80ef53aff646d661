import { createRequire, type Module } from 'node:module';
import { encodeRecord, LazyRecord, type BatchContext } from './record-codec.ts';

const require = createRequire(import.meta.url);
const folder = 'kafkajs/src/protocol/recordBatch/record/v0';

/**
 * kafkajs with our codec of records in the place of its own, whatever else loads kafkajs after it, and without its
 * timers of idle connections (docs/adr/0019). The rest of the library is as it is.
 */
function withOwnRecordCodec(): typeof import('kafkajs') {
  stopIdleChecks();
  replace(`${folder}/index.js`, encodeRecord);
  replace(
    `${folder}/decoder.js`,
    ({ buffer }: { readonly buffer: Buffer }, context: BatchContext) => new LazyRecord(buffer, context),
  );
  return require('kafkajs') as typeof import('kafkajs');
}

type RequestQueue = {
  readonly pending: readonly unknown[];
  scheduleCheckPendingRequests: (this: RequestQueue) => void;
};

/**
 * After its first answer each connection looks every millisecond, for ever, whether a request waits that a broker's throttling
 * held back (https://github.com/tulios/kafkajs/issues/1704). Now it looks while one waits: `push` begins that, and what was
 * throttled is pending.
 *
 * @throws Error when kafkajs has no such file, or no such method in it.
 */
function stopIdleChecks(): void {
  const path = 'kafkajs/src/network/requestQueue/index.js';
  const { prototype } = require(path) as { prototype: RequestQueue };
  const { scheduleCheckPendingRequests: schedule } = prototype;
  if (typeof schedule !== 'function') throw new Error(`${path} has no scheduleCheckPendingRequests`);
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) schedule.call(this);
  };
}

/** @throws Error when kafkajs has no such file, or has been loaded already and has taken its own. */
function replace(path: string, exports: unknown): void {
  const file = require.resolve(path);
  if (require.cache[file]) throw new Error(`${path} was loaded before adapters/kafka/kafkajs.ts`);
  require.cache[file] = { id: file, filename: file, loaded: true, exports } as Module;
}

export const { CompressionCodecs, CompressionTypes, Kafka, logLevel, Partitioners } = withOwnRecordCodec();
