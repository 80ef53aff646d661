/** More shards than this a bucket only cost relations on each node. */
const mostShardsPerBucket = 3;
const hashes = 2 ** 32;
const lowestHash = -(2 ** 31);

/**
 * How many shards spread the buckets best: of all counts the one whose fullest worker has the fewest buckets, and of those the
 * smallest. Hashing 100 buckets over 100 shards leaves a third of them empty and one worker with twice its share.
 *
 * @param hashOfBucket what PostgreSQL's `hashint4` answers for each bucket: Citus cuts its range into equal parts, and gives
 * the shards to the workers in turn.
 */
export function shardCountFor(hashOfBucket: readonly number[], workers: number): number {
  const counts = Array.from(
    { length: Math.max(1, hashOfBucket.length * mostShardsPerBucket - workers + 1) },
    (_, index) => workers + index,
  );
  const fullest = (count: number): number => Math.max(...bucketsByWorker(hashOfBucket, count, workers));
  return counts.reduce((best, count) => (fullest(count) < fullest(best) ? count : best));
}

/** How many buckets each worker has with so many shards. */
export function bucketsByWorker(
  hashOfBucket: readonly number[],
  shards: number,
  workers: number,
): readonly number[] {
  const width = Math.floor(hashes / shards);
  const buckets = Array.from({ length: workers }, () => 0);
  for (const hash of hashOfBucket) {
    // The last shard has what the division leaves over.
    const shard = Math.min(shards - 1, Math.floor((hash - lowestHash) / width));
    buckets[shard % workers]! += 1;
  }
  return buckets;
}
