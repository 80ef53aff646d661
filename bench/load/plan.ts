/** One kind of request of a load. */
export type LoadStream = {
  readonly name: string;
  readonly request: 'place-order' | 'order-status' | 'set-cart-line';
  /** Requests a second at random moments, whatever the answers (open loop); without it as fast as the connections go. */
  readonly perSecond?: number;
};

/** An order that status requests may ask for: `user` is the index into the plan's users. */
export type KnownOrder = { readonly orderId: string; readonly user: number };

/** What the load generator does; it comes as one message from the parent. */
export type LoadPlan = {
  readonly url: string;
  readonly authSecret: string;
  /** When the users got their tokens (epoch seconds): the same in each load, as people keep theirs. */
  readonly tokensFrom: number;
  /** Users `userIdOf(region, '<userSeed>-<n>')`, n from 1 to `users`; each request takes the next one. */
  readonly userSeed: string;
  readonly users: number;
  readonly skus: readonly string[];
  readonly shipTo: { readonly country: string; readonly postalCode: string };
  readonly streams: readonly LoadStream[];
  readonly seconds: number;
  readonly connections: number;
  /** Requests sent before the measurement, for caches and compilers; they count nowhere. */
  readonly warmUpRequests: number;
  /** Besides what this load has placed itself. */
  readonly knownOrders?: readonly KnownOrder[];
};

/** What a customer was told. */
export type Acknowledged = { readonly orderId: string; readonly totalMinor: number };

type Latency = {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
};

export type StreamResult = {
  readonly sent: number;
  /** Answers by HTTP status. */
  readonly answers: Readonly<Record<string, number>>;
  readonly succeeded: number;
  /** 503 with Retry-After. */
  readonly refusedPolitely: number;
  /** Requests without any answer. */
  readonly broken: number;
  /** Of the answers 2xx, in ms: in an open loop from the moment at which the request was due. */
  readonly latencyMs: Latency;
};

export type LoadResult = {
  readonly streams: Readonly<Record<string, StreamResult>>;
  /** From the first request to the last answer. */
  readonly seconds: number;
  /** Epoch ms of both. */
  readonly from: number;
  readonly to: number;
  /** CPU of the generator itself meanwhile. */
  readonly cpuMs: number;
  /** The orders that were answered with 2xx, those of the warm-up included. */
  readonly acknowledged: readonly Acknowledged[];
};
