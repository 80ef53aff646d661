/** A SKU that was bought together with another one, and in how many orders: an estimate where many compete for few places. */
export type Neighbour = { readonly sku: string; readonly count: number };

/** Neighbours that are remembered for one SKU; the more, the closer the counts of the first ones are to the truth. */
export const keptNeighbours = 100;
/** Those of them that shoppers see. */
export const shownNeighbours = 20;
/** SKUs of one order that are looked at: pairs grow by the square, and a bulk order says little about taste. */
export const mostSkusOfAnOrder = 20;

/** For each SKU in how many of these orders each other one is; an order's repeated lines of one SKU count once. */
export function pairsIn(orders: readonly (readonly string[])[]): ReadonlyMap<string, Additions> {
  const pairs = new Map<string, Map<string, number>>();
  for (const order of orders) {
    const skus = [...new Set(order)].slice(0, mostSkusOfAnOrder);
    for (const sku of skus) {
      for (const other of skus) {
        if (other === sku) continue;
        const additions = pairs.getOrInsertComputed(sku, () => new Map());
        additions.set(other, (additions.get(other) ?? 0) + 1);
      }
    }
  }
  return pairs;
}

/** In how many more orders each neighbour was. */
export type Additions = ReadonlyMap<string, number>;

/**
 * Counts on, in bounded memory: where all places are taken, a newcomer gets the place of the rarest neighbour and its count
 * (Space-Saving; Metwally, Agrawal, El Abbadi 2005). No count is too low, and none too high by more than the rarest one; a
 * SKU in more than one of `keptNeighbours` of the orders is never missed.
 */
export function learn(known: readonly Neighbour[], additions: Additions): readonly Neighbour[] {
  const counts = new Map(known.map(({ sku, count }) => [sku, count]));
  // Those that have a place first, so that none of them loses it to a newcomer of the same batch before its turn.
  const newcomers: (readonly [string, number])[] = [];
  for (const [sku, added] of additions) {
    const count = counts.get(sku);
    if (count === undefined) newcomers.push([sku, added]);
    else counts.set(sku, count + added);
  }
  for (const [sku, added] of newcomers.toSorted(byCountThenSku)) {
    if (counts.size < keptNeighbours) {
      counts.set(sku, added);
      continue;
    }
    const [rarest, least] = rarestOf(counts);
    counts.delete(rarest);
    counts.set(sku, least + added);
  }
  return [...counts].toSorted(byCountThenSku).map(([sku, count]) => ({ sku, count }));
}

type Counted = readonly [sku: string, count: number];

function byCountThenSku(a: Counted, b: Counted): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
}

function rarestOf(counts: ReadonlyMap<string, number>): Counted {
  let rarest: Counted | undefined;
  for (const entry of counts) if (rarest === undefined || byCountThenSku(entry, rarest) > 0) rarest = entry;
  if (rarest === undefined) throw new RangeError('nothing is counted yet');
  return rarest;
}

/** What shoppers see of them. */
export function shown(neighbours: readonly Neighbour[]): readonly Neighbour[] {
  return neighbours.slice(0, shownNeighbours);
}

/** Whether shoppers see other SKUs than before, or the same in another order; counts alone change with every order. */
export function isShownDifferently(before: readonly Neighbour[], after: readonly Neighbour[]): boolean {
  const [old, fresh] = [shown(before), shown(after)];
  return old.length !== fresh.length || old.some(({ sku }, index) => sku !== fresh[index]!.sku);
}
