import { TransientError } from './errors.ts';

export type Settled<Item, Result> = {
  readonly settled: readonly { readonly item: Item; readonly result: Result }[];
  /** What to throw once the settled ones are recorded; undefined when all were. */
  readonly failure: unknown;
};

/**
 * Makes one outside call for each item, at once. Failures that may pass become one TransientError that names its events
 * (`details.eventIds`), and how long to stay away when a breaker said so; any other failure comes first, as it is.
 */
export async function settleAll<Item extends { readonly eventId: string }, Result>(
  items: readonly Item[],
  call: (item: Item) => Promise<Result>,
): Promise<Settled<Item, Result>> {
  const results = await Promise.allSettled(items.map(call));
  const settled = results.flatMap((result, index) =>
    result.status === 'fulfilled' ? [{ item: items[index]!, result: result.value }] : [],
  );
  const failed = results.flatMap((result, index) =>
    result.status === 'rejected' ? [{ eventId: items[index]!.eventId, error: result.reason as unknown }] : [],
  );
  return { settled, failure: failureOf(failed) };
}

function failureOf(failed: readonly { readonly eventId: string; readonly error: unknown }[]): unknown {
  const final = failed.find(({ error }) => !(error instanceof TransientError));
  const [first] = failed;
  if (final ?? !first) return final?.error;
  const retryAfterMs = failed
    .map(({ error }) => (error instanceof TransientError ? error.details['retryAfterMs'] : undefined))
    .find((value) => typeof value === 'number');
  return new TransientError('outcome-unknown', `${failed.length} calls have no outcome yet`, {
    details: {
      eventIds: failed.map(({ eventId }) => eventId),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
    cause: first?.error,
  });
}
