import { bucketOf } from '../../../domain/ids.ts';
import { from, type AuditSources } from '../sources.ts';
import type { Acknowledged, Found, WholeInvariant } from './invariant.ts';

export const acknowledgedOrders: WholeInvariant = {
  name: 'acknowledged-orders',
  about: 'each acknowledged order has its stream, with the total that was acknowledged',
  needs: ['postgres'],
  async *check(sources, { acknowledged, pageSize }) {
    let page: Acknowledged[] = [];
    for await (const order of acknowledged) {
      page.push(order);
      if (page.length < pageSize) continue;
      yield await checkPage(sources, page);
      page = [];
    }
    if (page.length > 0) yield await checkPage(sources, page);
  },
};

async function checkPage(
  { postgres, partitions }: AuditSources,
  page: readonly Acknowledged[],
): Promise<Found> {
  const { rows } = await from('postgres', () =>
    postgres.query<{ stream_id: string; total: string | null }>(
      `select e.stream_id, e.data ->> 'totalMinor' as total
       from unnest($1::int[], $2::text[]) as k(bucket, stream_id)
       join orders.events e on e.bucket = k.bucket and e.stream_id = k.stream_id and e.version = 1`,
      [page.map(({ orderId }) => bucketOf(orderId, partitions)), page.map(({ orderId }) => orderId)],
    ),
  );
  const totals = new Map(rows.map(({ stream_id: orderId, total }) => [orderId, Number(total)]));
  const findings = page.flatMap(({ orderId, totalMinor }) => {
    const stored = totals.get(orderId);
    if (stored === undefined) return [{ example: `${orderId}: acknowledged, and has no stream` }];
    return totalMinor === undefined || totalMinor === stored
      ? []
      : [{ example: `${orderId}: acknowledged with ${totalMinor}, stored with ${stored}` }];
  });
  return { checked: page.length, findings };
}
