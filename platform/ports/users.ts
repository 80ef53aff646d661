export type User = {
  readonly userId: string;
  readonly email: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly postalCode: string;
  readonly createdAt: Date;
};

export interface Users {
  /** False when the id or the mail address is taken. */
  create(user: User): Promise<boolean>;
  /** In one round trip; a user that does not exist is absent. */
  find(userIds: readonly string[]): Promise<ReadonlyMap<string, User>>;
}

export type CartLine = { readonly sku: string; readonly quantity: number };
export type Cart = { readonly version: number; readonly lines: readonly CartLine[] };

export interface Carts {
  /** An empty cart of version 0 when the user has none. */
  read(userId: string): Promise<Cart>;
  /**
   * Sets one line (quantity 0 takes it out) in one round trip. With `ifVersion` only when the cart has that version.
   * @returns the new cart, or the reason why nothing changed.
   */
  setLine(
    userId: string,
    line: CartLine,
    options: { readonly ifVersion?: number; readonly maxLines: number },
  ): Promise<Cart | 'version-mismatch' | 'cart-full'>;
  /** Empties the cart if it still has that version: what was added meanwhile stays. */
  clear(userId: string, ifVersion: number): Promise<void>;
}
