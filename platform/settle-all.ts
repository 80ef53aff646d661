import { TransientError } from './errors.ts';

export type Settled<Item, Result> = { readonly item: Item; readonly result: Result };
type Failed = { readonly eventId: string; readonly error: unknown };

/**
 * Makes one outside call for each item, at once, and records what has come together whenever the last record is
 * through: a slow call delays nobody's record but its own.
 *
 * @throws when all are settled and some failed: failures that may pass as one TransientError that names its events
 * (`details.eventIds`) and how long to stay away when a breaker said so; any other failure comes first, as it is.
 */
export async function settleAll<Item extends { readonly eventId: string }, Result>(
  items: readonly Item[],
  call: (item: Item) => Promise<Result>,
  record: (settled: readonly Settled<Item, Result>[]) => Promise<void>,
): Promise<void> {
  let settled: Settled<Item, Result>[] = [];
  const failed: Failed[] = [];
  const calls = new Set<Promise<void>>();
  let unrecorded: { readonly error: unknown } | undefined;
  for (const item of items) {
    const made: Promise<void> = call(item)
      .then(
        (result) => void settled.push({ item, result }),
        (error: unknown) => void failed.push({ eventId: item.eventId, error }),
      )
      .finally(() => calls.delete(made));
    calls.add(made);
  }
  while (calls.size > 0 || settled.length > 0) {
    if (settled.length === 0) await Promise.race(calls);
    const together = settled;
    settled = [];
    if (together.length === 0 || unrecorded) continue;
    try {
      await record(together);
    } catch (error) {
      unrecorded = { error }; // the calls under way come to their end first: nobody else may make them meanwhile
    }
  }
  if (unrecorded) throw unrecorded.error;
  if (failed.length > 0) throw failureOf(failed);
}

function failureOf(failed: readonly Failed[]): unknown {
  const final = failed.find(({ error }) => !(error instanceof TransientError));
  if (final) return final.error;
  const retryAfterMs = failed
    .map(({ error }) => (error instanceof TransientError ? error.details['retryAfterMs'] : undefined))
    .find((value) => typeof value === 'number');
  return new TransientError('outcome-unknown', `${failed.length} calls have no outcome yet`, {
    details: {
      eventIds: failed.map(({ eventId }) => eventId),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    },
    cause: failed[0]?.error,
  });
}
