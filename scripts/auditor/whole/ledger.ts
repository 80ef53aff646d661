import { z } from 'zod';
import { bucketOf } from '../../../domain/ids.ts';
import type { PaymentEvent } from '../../../domain/payment/payment.ts';
import { from, getJson, type AuditSources } from '../sources.ts';
import type { Finding } from '../report.ts';
import type { WholeInvariant } from './invariant.ts';

const entry = z.object({
  seq: z.int(),
  type: z.enum(['charge', 'decline', 'refund']),
  orderId: z.string(),
  amountMinor: z.int(),
  at: z.iso.datetime(),
  chargeId: z.string().optional(),
  refundId: z.string().optional(),
});
const ledgerPage = z.object({ entries: z.array(entry) });
type Entry = z.infer<typeof entry>;

export const ledgerInPayments: WholeInvariant = {
  name: 'ledger-in-payments',
  about: "each charge and refund in the provider's ledger is one that a payment's stream has recorded",
  needs: ['postgres', 'provider'],
  async *check(sources, { dueBefore, pageSize }) {
    for (let after = 0; ;) {
      const url = `${sources.providerUrl}/v1/ledger?after=${after}&limit=${pageSize}`;
      const { entries } = ledgerPage.parse(await getJson('provider', url));
      if (entries.length === 0) return;
      after = entries.at(-1)!.seq;
      const payments = await readPayments(sources, [...new Set(entries.map(({ orderId }) => orderId))]);
      const findings = entries.flatMap((own): Finding[] => {
        const problem = problemOf(own, payments.get(own.orderId) ?? []);
        // A young entry may not have been recorded yet.
        return problem && new Date(own.at) < dueBefore ? [{ example: `${own.orderId}: ${problem}` }] : [];
      });
      yield { checked: entries.length, findings };
    }
  },
};

/** Why the payment's events do not account for this entry of the ledger. */
function problemOf(
  { type, amountMinor, chargeId, refundId }: Omit<Entry, 'seq' | 'at' | 'orderId'>,
  events: readonly PaymentEvent[],
): string | undefined {
  switch (type) {
    case 'charge': {
      const captured = events.find((event) => event.type === 'PaymentCaptured');
      if (!captured) return `charged ${amountMinor} (${chargeId}), and no payment captured`;
      const known = events.some(
        (event) => event.type === 'PaymentAuthorized' && event.providerReference === chargeId,
      );
      if (!known) return `charged ${amountMinor} (${chargeId}), and the payment knows another charge`;
      return captured.amountMinor === amountMinor
        ? undefined
        : `charged ${amountMinor}, captured ${captured.amountMinor}`;
    }
    case 'refund': {
      const refunded = events.find(
        (event) => event.type === 'PaymentRefunded' && event.refundId === refundId,
      );
      if (refunded?.type !== 'PaymentRefunded') return `refunded ${amountMinor} (${refundId}), not recorded`;
      return refunded.amountMinor === amountMinor
        ? undefined
        : `refunded ${amountMinor}, recorded ${refunded.amountMinor}`;
    }
    case 'decline':
      return undefined;
    default:
      return type satisfies never;
  }
}

async function readPayments(
  { postgres, partitions }: AuditSources,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, readonly PaymentEvent[]>> {
  const { rows } = await from('postgres', () =>
    postgres.query<{ stream_id: string; type: string; data: object }>(
      `select e.stream_id, e.type, e.data from unnest($1::int[], $2::text[]) as k(bucket, stream_id)
       join payment.events e on e.bucket = k.bucket and e.stream_id = k.stream_id
       order by e.stream_id, e.version`,
      [orderIds.map((orderId) => bucketOf(orderId, partitions)), orderIds],
    ),
  );
  const events = rows.map(({ stream_id: orderId, type, data }) => ({
    orderId,
    event: { ...data, type } as PaymentEvent,
  }));
  return new Map(
    [...Map.groupBy(events, ({ orderId }) => orderId)].map(([orderId, own]) => [
      orderId,
      own.map(({ event }) => event),
    ]),
  );
}
