import { genesisHash, linkHash } from '../../domain/audit/chain.ts';
import type { AuditChain, AuditEntry, AuditLink } from '../../platform/ports/audit-chain.ts';
import { queryByBucket, rowsByBucket } from './by-bucket.ts';
import type { Queryable } from './queryable.ts';

/** The audit chains in two round trips: one that locks the buckets and reads their ends, one that writes the links. */
export function createAuditChain(client: Queryable): AuditChain {
  return {
    async append(entries) {
      if (entries.length === 0) return [];
      const { heads, known } = await lockAndRead(client, entries);
      const links = linksOf(entries, heads, known);
      if (links.length > 0) await insertLinks(client, links);
      return links;
    },
  };
}

type Head = { readonly bucket: number; readonly sequence: number; readonly hash: string };

async function lockAndRead(
  client: Queryable,
  entries: readonly AuditEntry[],
): Promise<{ heads: ReadonlyMap<number, Head>; known: ReadonlySet<string> }> {
  const buckets = [...new Set(entries.map(({ bucket }) => bucket))].toSorted((a, b) => a - b);
  const [, heads, known] = await Promise.all([
    // Until the transaction ends: what the next two statements read is then the end of the chain.
    client.query(
      `select pg_advisory_xact_lock(hashtext('audit.links'), bucket) from unnest($1::int[]) as k(bucket)`,
      [buckets],
    ),
    rowsByBucket<Head>(
      client,
      `select l.bucket, l.sequence, l.hash from unnest($1::int[]) as k(bucket)
       cross join lateral (
         select bucket, sequence, hash from audit.links
         where bucket = k.bucket /* one bucket: and bucket = $bucket */ order by sequence desc limit 1
       ) l`,
      [buckets],
    ),
    rowsByBucket<{ bucket: number; eventId: string }>(
      client,
      `select k.bucket, k.event_id as "eventId" from unnest($1::int[], $2::text[]) as k(bucket, event_id)
       cross join lateral (
         select from audit.entries
         where bucket = k.bucket and event_id = k.event_id /* one bucket: and bucket = $bucket */ limit 1
       ) e`,
      [entries.map(({ bucket }) => bucket), entries.map(({ eventId }) => eventId)],
    ),
  ]);
  return {
    heads: new Map(heads.map((head) => [head.bucket, head])),
    known: new Set(known.map(nameOf)),
  };
}

function linksOf(
  entries: readonly AuditEntry[],
  heads: ReadonlyMap<number, Head>,
  known: ReadonlySet<string>,
): readonly AuditLink[] {
  const fresh = new Map<string, AuditEntry>();
  for (const entry of entries) {
    const name = nameOf(entry);
    if (!known.has(name) && !fresh.has(name)) fresh.set(name, entry);
  }
  return [...Map.groupBy(fresh.values(), ({ bucket }) => bucket)].map(([bucket, own]) => {
    const head = heads.get(bucket);
    const previousHash = head?.hash ?? genesisHash;
    const sequence = (head?.sequence ?? 0) + 1;
    return { bucket, sequence, previousHash, hash: linkHash(previousHash, sequence, own), entries: own };
  });
}

async function insertLinks(client: Queryable, links: readonly AuditLink[]): Promise<void> {
  const leaves = links.flatMap(({ sequence, entries }) =>
    entries.map((entry, index) => ({ ...entry, sequence, position: index + 1 })),
  );
  await Promise.all([
    queryByBucket(
      client,
      `insert into audit.links (bucket, sequence, previous_hash, hash)
       select * from unnest($1::int[], $2::int[], $3::text[], $4::text[])`,
      [
        links.map(({ bucket }) => bucket),
        links.map(({ sequence }) => sequence),
        links.map(({ previousHash }) => previousHash),
        links.map(({ hash }) => hash),
      ],
    ),
    queryByBucket(
      client,
      `insert into audit.entries (bucket, event_id, sequence, position, subject, action, data_hash, at)
       select * from unnest($1::int[], $2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[])`,
      [
        leaves.map(({ bucket }) => bucket),
        leaves.map(({ eventId }) => eventId),
        leaves.map(({ sequence }) => sequence),
        leaves.map(({ position }) => position),
        leaves.map(({ subject }) => subject),
        leaves.map(({ action }) => action),
        leaves.map(({ dataHash }) => dataHash),
        leaves.map(({ at }) => at),
      ],
    ),
  ]);
}

const nameOf = ({ bucket, eventId }: { readonly bucket: number; readonly eventId: string }): string =>
  `${bucket}/${eventId}`;
