import type { ChainHead } from '../whole/invariant.ts';
import type { SalesByKey } from '../whole/sales.ts';
import type { Checkpoint } from './checkpoint.ts';

/** What an audit gathers on its way for the one after it. */
export type NextCheckpoint = {
  readonly horizon: Date;
  readonly salesFrom: string;
  sales: SalesByKey;
  stock: Checkpoint['stock'];
  readonly links: ChainHead[];
  readonly carried: Set<string>;
};

/**
 * A transaction that began before the horizon has ended when an audit reads: none may last longer than an hour, and what
 * follows from an event has the same hour before nobody looks at it again.
 */
const overlapMs = 60 * 60_000;
/** An event's own day may be the one before that of its row. */
const daysBackMs = 2 * 24 * 60 * 60_000;

/** @param dueBefore what was recorded before has had the time to be complete */
export function nextCheckpoint(
  dueBefore: Date,
  window: Checkpoint | undefined,
  overlap = overlapMs,
): NextCheckpoint {
  // The sums of before cannot be divided again.
  const horizon = new Date(Math.max(dueBefore.getTime() - overlap, window?.horizon.getTime() ?? -Infinity));
  const salesFrom = new Date(horizon.getTime() - daysBackMs).toISOString().slice(0, 10);
  return { horizon, salesFrom, sales: new Map(), stock: [], links: [], carried: new Set() };
}

export function checkpointOf({
  horizon,
  salesFrom,
  sales,
  stock,
  links,
  carried,
}: NextCheckpoint): Checkpoint {
  return { horizon, salesFrom, sales: Object.fromEntries(sales), stock, links, carried: [...carried] };
}
