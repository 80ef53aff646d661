import { hash } from 'node:crypto';

/** Each region's short code inside an id, so that any process can tell a user's or an order's home from its id. */
export const regionCodes = {
  'us-east': 'use',
  'us-west': 'usw',
  'eu-central': 'euc',
  'ap-southeast': 'aps',
} as const;
export type Region = keyof typeof regionCodes;
export type RegionCode = (typeof regionCodes)[Region];
export const regions = Object.keys(regionCodes) as readonly Region[];

export type UserId = `usr_${RegionCode}_${string}`;
export type OrderId = `ord_${RegionCode}_${string}`;
export type ParsedId<Id extends string> = { readonly id: Id; readonly region: Region };

/** Crockford's base32 in lower case: no i, l, o or u to misread. 26 characters hold 130 bits of the hash. */
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
const idPattern = /^(usr|ord)_(use|usw|euc|aps)_[0-9a-hjkmnp-tv-z]{26}$/;

/** A user's id; `seed` is whatever makes the user unique (random bytes at sign-up), and cannot be read back. */
export function userIdOf(home: Region, seed: string): UserId {
  return `usr_${regionCodes[home]}_${digest(seed)}`;
}

/** The same (user, key) gives the same id, so a retried request meets its own primary key in the user's home region. */
export function orderIdOf(userId: UserId, idempotencyKey: string): OrderId {
  return `ord_${userId.slice(4, 7) as RegionCode}_${digest(`${userId}\0${idempotencyKey}`)}`;
}

/** The home region of an id that is known to be one. */
export function homeOf(id: UserId | OrderId): Region {
  return regionOfCode.get(id.slice(4, 7))!;
}

export function parseUserId(text: string): ParsedId<UserId> | undefined {
  return parse<UserId>(text, 'usr');
}

export function parseOrderId(text: string): ParsedId<OrderId> | undefined {
  return parse<OrderId>(text, 'ord');
}

/** The Kafka partition, and with it the bucket, of a key: what Kafka's own default partitioner answers. */
export function bucketOf(key: string, partitions: number): number {
  const bytes = beyondAscii.test(key) ? Buffer.from(key).toString('latin1') : key;
  return (murmur2(bytes) & 0x7fffffff) % partitions;
}

const beyondAscii = /[\u0080-\uffff]/;

const regionOfCode = new Map<string, Region>(regions.map((region) => [regionCodes[region], region]));

function parse<Id extends string>(text: string, kind: 'usr' | 'ord'): ParsedId<Id> | undefined {
  if (!text.startsWith(kind) || !idPattern.test(text)) return undefined;
  return { id: text as Id, region: homeOf(text as UserId | OrderId) };
}

function digest(text: string): string {
  const bytes = hash('sha256', text, 'latin1'); // one character a byte: no Buffer for 17 of them
  let encoded = '';
  let pending = 0;
  let bits = 0;
  for (let at = 0; at < 17; at += 1) {
    pending = ((pending & 0xff) << 8) | bytes.charCodeAt(at);
    for (bits += 8; bits >= 5; bits -= 5) encoded += alphabet[(pending >>> (bits - 5)) & 31];
  }
  return encoded.slice(0, 26);
}

/**
 * MurmurHash2 with Kafka's seed (org.apache.kafka.common.utils.Utils.murmur2), as a signed 32-bit integer. `bytes` has one
 * character a byte: an id is that by itself, and costs no Buffer.
 */
function murmur2(bytes: string): number {
  const m = 0x5bd1e995;
  let mixed = 0x9747b28c ^ bytes.length;
  const tail = bytes.length & ~3;
  for (let offset = 0; offset < tail; offset += 4) {
    let word = Math.imul(wordOf(bytes, offset, offset + 4), m);
    word = Math.imul(word ^ (word >>> 24), m);
    mixed = Math.imul(mixed, m) ^ word;
  }
  if (tail < bytes.length) mixed = Math.imul(mixed ^ wordOf(bytes, tail, bytes.length), m);
  mixed = Math.imul(mixed ^ (mixed >>> 13), m);
  return mixed ^ (mixed >>> 15);
}

/** Little-endian. */
function wordOf(bytes: string, from: number, to: number): number {
  let word = 0;
  for (let at = to - 1; at >= from; at -= 1) word = (word << 8) | bytes.charCodeAt(at);
  return word;
}
