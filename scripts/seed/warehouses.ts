import { defaultProducts, skuOf } from './products.ts';
import { between, createRandom } from './random.ts';

export type Warehouse = { readonly warehouseId: string; readonly region: string; readonly priority: number };

/** In order of preference for regions that have none of their own. */
export const warehouses: readonly Warehouse[] = [
  { warehouseId: 'use-1', region: 'us-east', priority: 1 },
  { warehouseId: 'use-2', region: 'us-east', priority: 2 },
  { warehouseId: 'usw-1', region: 'us-west', priority: 3 },
  { warehouseId: 'euc-1', region: 'eu-central', priority: 4 },
  { warehouseId: 'aps-1', region: 'ap-southeast', priority: 5 },
];

/** Each hundredth product is hard to get: with so many units in all, in turn. */
const scarceUnits = [3, 1, 2, 0] as const;
const isScarce = (n: number): boolean => n % 100 === 99;

/** The SKUs of which there are three units at most. */
export const scarceSkus: readonly string[] = Array.from({ length: defaultProducts }, (_, n) => n)
  .filter(isScarce)
  .map(skuOf);

export type Delivery = { readonly warehouseId: string; readonly sku: string; readonly quantity: number };

/** What was delivered of the first `count` products: 50,000 to 200,000 units each to two to four warehouses, but for the scarce ones. */
export function deliveriesOf(count: number): readonly Delivery[] {
  const random = createRandom(2);
  return Array.from({ length: count }, (_, n) => {
    const sku = skuOf(n);
    if (isScarce(n)) return scarceDeliveries(sku, scarceUnits[Math.floor(n / 100) % scarceUnits.length]!);
    const first = between(random, 0, 1); // one of the two in us-east has everything
    const others = between(random, 1, 3);
    const step = between(random, 1, warehouses.length - 1); // five is prime: every step meets all of them
    return Array.from({ length: others + 1 }, (__, turn) => ({
      warehouseId: warehouses[(first + turn * step) % warehouses.length]!.warehouseId,
      sku,
      quantity: between(random, 50, 200) * 1000,
    }));
  }).flat();
}

function scarceDeliveries(sku: string, units: number): Delivery[] {
  const elsewhere = Math.floor(units / 3);
  return [
    { warehouseId: 'use-1', sku, quantity: units - elsewhere },
    { warehouseId: 'use-2', sku, quantity: elsewhere },
  ];
}
