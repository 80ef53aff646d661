/** How far the platform is behind what it accepted; sampled, so that reading it costs nothing. */
export interface Backlog {
  read(): { readonly oldestOutboxMs: number; readonly openOrders: number };
}
