import { genesisHash, linkHash, type ChainEntry } from '../../../domain/audit/chain.ts';
import { from, type AuditSources } from '../sources.ts';
import type { Finding } from '../report.ts';
import type { ChainHead, Found, WholeInvariant } from './invariant.ts';

export const auditChain: WholeInvariant = {
  name: 'audit-chain',
  about: 'the links of each bucket are 1, 2, 3 …, each with the hash of its entries and of the link before',
  needs: ['postgres'],
  async *check(sources, { pageSize, links, onHead }) {
    const known = new Map(links.map((head) => [head.bucket, head]));
    for (let bucket = 0; bucket < sources.partitions; bucket += 1) {
      const head = known.get(bucket);
      if (head) yield await checkHead(sources, head);
      yield* checkBucket(sources, head ?? { bucket, sequence: 0, hash: genesisHash }, pageSize, onHead);
    }
  },
};

type Link = { readonly sequence: number; readonly previous_hash: string; readonly hash: string };
type Entry = ChainEntry & { readonly sequence: number };

/** The link where an earlier audit ended is still the one that it saw; what it stands on was looked at then. */
async function checkHead({ postgres }: AuditSources, { bucket, sequence, hash }: ChainHead): Promise<Found> {
  const { rows } = await from('postgres', () =>
    postgres.query<{ hash: string }>('select hash from audit.links where bucket = $1 and sequence = $2', [
      bucket,
      sequence,
    ]),
  );
  const isSame = rows[0]?.hash === hash;
  const example = `bucket ${bucket}, link ${sequence}: is not the one that the last clean audit saw`;
  return { checked: 1, findings: isSame ? [] : [{ example }] };
}

async function* checkBucket(
  sources: AuditSources,
  head: ChainHead,
  pageSize: number,
  onHead: (head: ChainHead) => void,
): AsyncGenerator<Found> {
  const { bucket } = head;
  let last: Pick<ChainHead, 'sequence' | 'hash'> = head;
  for (;;) {
    const { links, entries } = await readLinks(sources, bucket, last.sequence, pageSize);
    const findings: Finding[] = [];
    const bySequence = Map.groupBy(entries, ({ sequence }) => sequence);
    for (const link of links) {
      const { sequence, previous_hash: previous, hash } = link;
      const where = `bucket ${bucket}, link ${sequence}`;
      const own = bySequence.get(sequence) ?? [];
      bySequence.delete(sequence);
      if (sequence !== last.sequence + 1) findings.push({ example: `${where}: the one before is missing` });
      else if (previous !== last.hash) findings.push({ example: `${where}: follows another link` });
      if (own.length === 0) findings.push({ example: `${where}: has no entries` });
      else if (hash !== linkHash(previous, sequence, own))
        findings.push({ example: `${where}: its hash is not that of its entries` });
      last = { sequence, hash };
    }
    for (const sequence of bySequence.keys())
      findings.push({ example: `bucket ${bucket}: entries of link ${sequence}, which does not exist` });
    yield { checked: links.length, findings };
    if (links.length >= pageSize) continue;
    if (last.sequence > 0) onHead({ bucket, ...last });
    return;
  }
}

/** Links after `after`, and the entries of them; behind the last page also entries whose link is missing. */
async function readLinks(
  { postgres }: AuditSources,
  bucket: number,
  after: number,
  pageSize: number,
): Promise<{ links: readonly Link[]; entries: readonly Entry[] }> {
  return from('postgres', async () => {
    // One statement each, the entries later: a link that is appended in between has no entries looked at.
    const { rows: links } = await postgres.query<Link>(
      `select sequence, previous_hash, hash from audit.links where bucket = $1 and sequence > $2
       order by sequence limit $3`,
      [bucket, after, pageSize],
    );
    const upTo = links.at(-1)?.sequence ?? after;
    const { rows: entries } = await postgres.query<Entry>(
      `select e.sequence, e.event_id as "eventId", e.subject, e.action, e.data_hash as "dataHash", e.at
       from audit.entries e where e.bucket = $1 and e.sequence > $2 and e.sequence <= $3
       order by e.sequence, e.position`,
      [bucket, after, upTo],
    );
    return { links, entries };
  });
}
