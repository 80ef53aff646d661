import { createRequire } from 'node:module';
import { compressFrame, decompressFrame } from 'lz4-napi';

// kafkajs is CommonJS and its codec table is not among the named exports that Node finds in it.
const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs');

/** Registers LZ4 (frame format, KIP-57) with kafkajs; without it a compressed message can't be read. Idempotent. */
export function registerLz4(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.LZ4] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => compressFrame(encoder.buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  });
}
