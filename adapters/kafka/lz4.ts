import { compressFrame, decompressFrame } from 'lz4-napi';
import { CompressionCodecs, CompressionTypes } from './kafkajs.ts';

/** Registers LZ4 (frame format, KIP-57) with kafkajs; without it a compressed message can't be read. Idempotent. */
export function registerLz4(): void {
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => compressFrame(encoder.buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  });
}
