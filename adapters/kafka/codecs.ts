import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { compressFrame, decompressFrame } from 'lz4-napi';
import { CompressionCodecs, CompressionTypes } from './kafkajs.ts';

type Encoder = { readonly buffer: Buffer };

/**
 * Registers LZ4 (frame format, KIP-57) and Zstandard with kafkajs, which has gzip alone: without them a batch that a broker
 * or another producer compressed so can't be read, and ends the consumer. Idempotent.
 */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.LZ4] = () => ({
    compress: ({ buffer }: Encoder) => compressFrame(buffer),
    decompress: (buffer: Buffer) => decompressFrame(buffer),
  });
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: ({ buffer }: Encoder) => Promise.resolve(zstdCompressSync(buffer)),
    decompress: (buffer: Buffer) => Promise.resolve(zstdDecompressSync(buffer)),
  });
}
