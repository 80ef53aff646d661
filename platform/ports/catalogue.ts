export type Product = {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  /** Minor units by ISO 4217 currency: a product is sold where it has a price. */
  readonly pricesMinor: Readonly<Record<string, number>>;
  readonly unitGrams: number;
};

export interface Catalogue {
  /** In one round trip; unknown SKUs are absent. */
  find(skus: readonly string[]): Promise<ReadonlyMap<string, Product>>;
  /** By SKU, after `afterSku`; `category` narrows. */
  list(options: {
    readonly afterSku?: string;
    readonly category?: string;
    readonly limit: number;
  }): Promise<readonly Product[]>;
}
