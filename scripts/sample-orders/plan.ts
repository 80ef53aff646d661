/** What is meant to become of a sample order. */
export type Expected =
  | 'shipped'
  | 'rejected: out-of-stock'
  | 'rejected: payment-declined'
  | 'rejected: fraud-suspected'
  | 'cancelled';

export type SampleOrder = {
  readonly label: string;
  readonly expected: Expected;
  readonly userId: string;
  readonly lines: readonly { readonly sku: string; readonly quantity: number }[];
  readonly paymentToken: string;
  /** Sent right after the order is accepted. */
  readonly cancel: boolean;
};

export type SampleWorld = {
  readonly userIds: readonly string[];
  readonly blockedUserId: string;
  readonly skus: readonly string[];
  /** A SKU of which no warehouse has 50 units. */
  readonly scarceSku: string;
};

const special: readonly Omit<SampleOrder, 'userId' | 'lines'>[] = [
  { label: 'no stock', expected: 'rejected: out-of-stock', paymentToken: 'tok_approve', cancel: false },
  {
    label: 'card declined',
    expected: 'rejected: payment-declined',
    paymentToken: 'tok_declined',
    cancel: false,
  },
  {
    label: 'blocked user',
    expected: 'rejected: fraud-suspected',
    paymentToken: 'tok_approve',
    cancel: false,
  },
  { label: 'cancelled', expected: 'cancelled', paymentToken: 'tok_slow', cancel: true },
  { label: 'provider times out', expected: 'shipped', paymentToken: 'tok_timeout', cancel: false },
  { label: 'provider fails twice', expected: 'shipped', paymentToken: 'tok_error', cancel: false },
  { label: 'webhook repeated', expected: 'shipped', paymentToken: 'tok_webhook_repeated', cancel: false },
  { label: 'webhook first', expected: 'shipped', paymentToken: 'tok_webhook_first', cancel: false },
];

/** `count` orders, every third of them one that is meant to meet trouble; the same for the same world. */
export function planOrders(count: number, world: SampleWorld): readonly SampleOrder[] {
  return Array.from({ length: count }, (_, index): SampleOrder => {
    const trouble = index % 3 === 2 ? special[Math.floor(index / 3) % special.length] : undefined;
    const common = trouble ?? {
      label: 'plain',
      expected: 'shipped',
      paymentToken: 'tok_approve',
      cancel: false,
    };
    const pick = (offset: number): string => world.skus[(index * 7 + offset * 131) % world.skus.length]!;
    const lines = Array.from({ length: 1 + (index % 3) }, (__, offset) => ({
      sku: pick(offset),
      quantity: 1 + (offset % 2),
    }));
    return {
      ...common,
      userId:
        common.label === 'blocked user' ? world.blockedUserId : world.userIds[index % world.userIds.length]!,
      lines: common.label === 'no stock' ? [{ sku: world.scarceSku, quantity: 50 }] : lines,
    };
  });
}
