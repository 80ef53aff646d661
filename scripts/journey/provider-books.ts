import { z } from 'zod';
import type { World } from './world.ts';

const entry = z.object({
  seq: z.int(),
  type: z.enum(['charge', 'decline', 'refund']),
  orderId: z.string(),
  amountMinor: z.int(),
  chargeId: z.string().optional(),
  at: z.string(),
});
export type BookEntry = z.infer<typeof entry>;

/** All that the payment provider has booked, by its own account. */
export async function readLedger({ sources }: World): Promise<readonly BookEntry[]> {
  const answer = await fetch(`${sources.providerUrl}/v1/ledger?limit=1000000`);
  return z.object({ entries: z.array(entry) }).parse(await answer.json()).entries;
}

/** What the provider took for these orders and did not give back, in minor units. */
export async function netMinorOf(world: World, orderIds: readonly string[]): Promise<number> {
  const signs = { charge: 1, refund: -1, decline: 0 };
  return (await readLedger(world))
    .filter(({ orderId }) => orderIds.includes(orderId))
    .reduce((sum, { type, amountMinor }) => sum + signs[type] * amountMinor, 0);
}
