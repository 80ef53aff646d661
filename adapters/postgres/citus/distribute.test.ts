import { describe, expect, test } from 'vitest';
import { stepFor, unplaced, type Placed } from './distribute.ts';
import { places } from './places.ts';
import { bucketsByWorker, shardCountFor } from './shard-count.ts';

const placed: readonly Placed[] = Object.entries(places).flatMap(([table, place]): Placed[] =>
  place.on === 'coordinator'
    ? []
    : [
        {
          table,
          method: place.on === 'shards' ? 'h' : 'n',
          column: place.on === 'shards' ? place.column : null,
        },
      ],
);

describe('the steps to distribute the tables', () => {
  test('begin with the table that leads the group, and put all others of it beside that one', () => {
    const [first, ...others] = unplaced([]).map((table) => stepFor(table, 300));
    expect(first).toEqual({
      text: `select create_distributed_table($1::regclass, $2, colocate_with => 'none', shard_count => $3)`,
      values: ['orders.events', 'bucket', 300],
    });
    const distributed = others.filter(({ text }) => text.includes('create_distributed_table'));
    expect(new Set(distributed.map(({ values }) => values[2]))).toEqual(new Set(['orders.events']));
    expect(1 + others.length).toBe(placed.length);
  });

  test('are none where all is done, and go on where they were cut off', () => {
    expect(unplaced(placed)).toEqual([]);
    const left = unplaced(placed.slice(0, 5)).map(([table]) => table);
    expect(left).toEqual(placed.slice(5).map(({ table }) => table));
  });

  test.each([
    ['payment.events', 'n', null, 'shards'],
    ['payment.events', 'h', 'stream_id', 'shards'],
    ['catalogue.products', 'h', 'sku', 'every-node'],
    ['inventory.stock', 'h', 'sku', 'coordinator'],
  ])('do not move %s, which somebody has put elsewhere (%s, %s)', (table, method, column, place) => {
    expect(() => unplaced([{ table, method, column }])).toThrow(
      `Citus has ${table} in another place than ${place}`,
    );
  });
});

describe('the number of shards', () => {
  // Spread as PostgreSQL's hash is, but another one: Knuth's multiplicative hash.
  const hashes = Array.from({ length: 100 }, (_, bucket) => Math.imul(bucket + 1, 2_654_435_761) | 0);

  test('is one of which the fullest worker has the fewest buckets', () => {
    const fullest = (shards: number): number => Math.max(...bucketsByWorker(hashes, shards, 30));
    const chosen = shardCountFor(hashes, 30);
    for (let shards = 30; shards <= 300; shards += 1)
      expect([shards, fullest(chosen) <= fullest(shards)]).toEqual([shards, true]);
    expect(bucketsByWorker(hashes, chosen, 30).reduce((sum, buckets) => sum + buckets, 0)).toBe(100);
  });

  test('is the least where each is as good, and never below the workers', () => {
    expect(shardCountFor(hashes, 1)).toBe(1);
    expect(shardCountFor(hashes.slice(0, 3), 12)).toBe(12);
  });

  test('takes the ends of the range of hashes for shards that exist', () => {
    expect(bucketsByWorker([-(2 ** 31), 2 ** 31 - 1], 7, 7)).toEqual([1, 0, 0, 0, 0, 0, 1]);
  });
});
