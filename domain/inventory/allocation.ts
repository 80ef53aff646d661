/** One SKU in one warehouse, in units: `0 <= reserved <= onHand` always holds. */
export type StockRow = {
  readonly warehouseId: string;
  readonly sku: string;
  readonly onHand: number;
  readonly reserved: number;
};

export type OrderLine = { readonly sku: string; readonly quantity: number };
export type Allocation = { readonly warehouseId: string; readonly sku: string; readonly quantity: number };

/** Key of a row in a map; the ids may hold any character. */
export function rowKey(row: { readonly warehouseId: string; readonly sku: string }): string {
  return JSON.stringify([row.warehouseId, row.sku]);
}

/**
 * Spreads an order over warehouses, or answers `undefined` when they cannot serve all of it. The first preferred
 * warehouse that holds everything serves alone (one parcel); otherwise each SKU is filled in order of preference.
 */
export function allocate(
  lines: readonly OrderLine[],
  warehouseIds: readonly string[],
  rows: ReadonlyMap<string, StockRow>,
): readonly Allocation[] | undefined {
  const wanted = new Map<string, number>();
  for (const { sku, quantity } of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
  const preferred = [...new Set(warehouseIds)]; // a warehouse named twice does not hold its units twice
  for (const warehouseId of preferred) {
    const alone = fill(wanted, [warehouseId], rows);
    if (alone) return alone;
  }
  return fill(wanted, preferred, rows);
}

/** The SKUs of which these warehouses together have too few, in the order of the lines. */
export function missingSkus(
  lines: readonly OrderLine[],
  warehouseIds: readonly string[],
  rows: ReadonlyMap<string, StockRow>,
): readonly string[] {
  return [...new Set(lines.map(({ sku }) => sku))].filter(
    (sku) =>
      allocate(
        lines.filter((line) => line.sku === sku),
        warehouseIds,
        rows,
      ) === undefined,
  );
}

function fill(
  wanted: ReadonlyMap<string, number>,
  warehouseIds: readonly string[],
  rows: ReadonlyMap<string, StockRow>,
): readonly Allocation[] | undefined {
  const allocations: Allocation[] = [];
  for (const [sku, total] of wanted) {
    let missing = total;
    for (const warehouseId of warehouseIds) {
      const row = rows.get(rowKey({ warehouseId, sku }));
      const quantity = Math.min(missing, row ? row.onHand - row.reserved : 0);
      if (quantity <= 0) continue;
      allocations.push({ warehouseId, sku, quantity });
      missing -= quantity;
    }
    if (missing > 0) return undefined;
  }
  return allocations;
}
