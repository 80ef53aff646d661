import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { Partitioners } from 'kafkajs';
import { describe, expect, test } from 'vitest';
import { bucketOf, orderIdOf, parseOrderId, parseUserId, regions, userIdOf } from './ids.ts';

describe('ids', () => {
  test('an order id is derived from user and key, and lives where its user does', () => {
    for (const region of regions) {
      const userId = userIdOf(region, 'ada');
      const orderId = orderIdOf(userId, 'key-1');
      expect(orderId).toMatch(/^ord_[a-z]{3}_[0-9a-z]{26}$/);
      expect(orderIdOf(userId, 'key-1')).toBe(orderId);
      expect(orderIdOf(userId, 'key-2')).not.toBe(orderId);
      expect(parseOrderId(orderId)).toEqual({ id: orderId, region });
      expect(parseUserId(userId)).toEqual({ id: userId, region });
    }
  });

  test('the 26 characters are the first 130 bits of the SHA-256', () => {
    const bits = [...createHash('sha256').update('ada').digest()].map((b) => b.toString(2).padStart(8, '0'));
    const groups = bits.join('').slice(0, 130).match(/.{5}/g) ?? [];
    const expected = groups.map((group) => '0123456789abcdefghjkmnpqrstvwxyz'[Number.parseInt(group, 2)]);
    expect(userIdOf('us-east', 'ada')).toBe(`usr_use_${expected.join('')}`);
  });

  test.each(['', 'ord_use_', 'ord_xxx_00000000000000000000000000', 'usr_use_0000000000000000000000000'])(
    '%j is no id',
    (text) => {
      expect(parseOrderId(text)).toBeUndefined();
      expect(parseUserId(text)).toBeUndefined();
    },
  );

  test('an id of one kind is not one of the other', () => {
    const userId = userIdOf('eu-central', 'ada');
    expect(parseOrderId(userId)).toBeUndefined();
    expect(parseUserId(orderIdOf(userId, 'k'))).toBeUndefined();
    expect(parseUserId(`${userId}\n`)).toBeUndefined();
  });

  test('buckets are the partitions that the Kafka client picks', () => {
    const partition = Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(1, 12, 100), (key, count) => {
        const partitionMetadata = Array.from({ length: count }, (_, partitionId) => ({
          partitionErrorCode: 0,
          partitionId,
          leader: 1,
          replicas: [],
          isr: [],
        }));
        const message = { key, value: null };
        expect(bucketOf(key, count)).toBe(partition({ topic: 't', partitionMetadata, message }));
      }),
      { numRuns: 500 },
    );
  });
});
